import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { server } from "@/test/server";
import { apiUrl, get, post, remove, requestUnlessSame } from "./client";
import { useConnection } from "./connection";
import { ApiError } from "./problem";

test("addresses carry only parameters with a value", () => {
  expect(apiUrl("/tasks", { box: "todo", q: "", cursor: undefined, limit: 5 })).toBe(
    "/api/v1/tasks?box=todo&limit=5",
  );
});

test("writing sends the CSRF token and the idempotency key, reading does not", async () => {
  document.cookie = "csrftoken=abc%3D1";
  const seen: (string | null)[][] = [];
  server.use(
    http.all("*/api/v1/echo", ({ request }) => {
      seen.push([request.method, request.headers.get("X-CSRFToken"), request.headers.get("Idempotency-Key")]);
      return HttpResponse.json({});
    }),
  );

  await get("/echo");
  await post("/echo", {}, { idempotencyKey: "k1" });

  expect(seen).toEqual([
    ["GET", null, null],
    ["POST", "abc=1", "k1"],
  ]);
});

test("a problem document becomes a typed error with its extra members", async () => {
  server.use(
    http.post("*/api/v1/x", () =>
      HttpResponse.json(
        {
          type: "t",
          title: "Conflict",
          status: 409,
          code: "task.already_decided",
          detail: "Too late.",
          errors: [],
          decided_by: "王芳",
        },
        { status: 409, headers: { "X-Request-ID": "r-1" } },
      ),
    ),
  );

  const error = await post("/x", {}).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 409,
    code: "task.already_decided",
    detail: "Too late.",
    requestId: "r-1",
    fields: { decided_by: "王芳" },
  });
});

test("an answer that is no problem document is still an honest error", async () => {
  server.use(
    http.get(
      "*/api/v1/x",
      () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }),
    ),
  );

  const error = await get("/x").catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ status: 502, code: "http.502", detail: "Bad Gateway" });
});

test("a lost session is announced, a refused sign-in is not", async () => {
  server.use(
    http.post("*/api/v1/session", () =>
      HttpResponse.json({ code: "session.bad_credentials", detail: "No." }, { status: 401 }),
    ),
    http.get("*/api/v1/tasks", () =>
      HttpResponse.json({ code: "auth.required", detail: "No." }, { status: 401 }),
    ),
  );

  await post("/session", {}).catch(() => undefined);
  expect(useConnection.getState().sessionExpired).toBe(false);
  await get("/tasks").catch(() => undefined);
  expect(useConnection.getState().sessionExpired).toBe(true);
});

test("no network and no answer in time are told apart", async () => {
  server.use(
    http.get("*/api/v1/gone", () => HttpResponse.error()),
    http.get("*/api/v1/slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return HttpResponse.json({});
    }),
  );

  await expect(get("/gone")).rejects.toMatchObject({ status: 0, code: "network.unreachable" });
  expect(useConnection.getState().state).toBe("reconnecting");
  await expect(get("/slow", { timeoutMs: 20 })).rejects.toMatchObject({ code: "network.timeout" });
});

test("an unchanged answer keeps its identity", async () => {
  server.use(
    http.get("*/api/v1/tasks/summary", ({ request }) =>
      request.headers.get("If-None-Match") === '"7"'
        ? new HttpResponse(null, { status: 304 })
        : HttpResponse.json({ todo: 7 }, { headers: { ETag: '"7"' } }),
    ),
  );

  const first = await requestUnlessSame<{ todo: number }>("/tasks/summary", undefined);
  const second = await requestUnlessSame("/tasks/summary", first);

  expect(first).toEqual({ etag: '"7"', data: { todo: 7 } });
  expect(second).toBe(first);
});

test("204 answers nothing", async () => {
  server.use(http.delete("*/api/v1/session", () => new HttpResponse(null, { status: 204 })));

  await expect(remove("/session")).resolves.toBeUndefined();
});
