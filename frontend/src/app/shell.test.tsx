import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { announceSessionExpired } from "@/api/connection";
import type { Role, Session } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { person, personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { homeOf, placesFor } from "./places";

const demo = {
  accounts: [
    { username: "finance1", display_name: "李雷", roles: ["approver" as Role] },
    { username: "ops1", display_name: "张三", roles: ["approver" as Role] },
  ],
};

function signedOut(accept: Session["user"] = person()) {
  signedIn(null);
  const sent: unknown[] = [];
  server.use(
    http.get("*/api/v1/session", () => HttpResponse.json({ user: null, demo, now: "2026-01-01T00:00:00Z" })),
    http.post("*/api/v1/session", async ({ request }) => {
      const body = (await request.json()) as { password: string };
      sent.push(body);
      return body.password === "right"
        ? HttpResponse.json({ user: accept, demo, now: "2026-01-01T00:00:00Z" })
        : HttpResponse.json({ code: "session.bad_credentials", detail: "Wrong." }, { status: 401 });
    }),
  );
  return sent;
}

const NOWHERE = "/nowhere-at-all";

test("a demo account fills in the name, the password is typed, and the wished page opens", async () => {
  const sent = signedOut();
  const { user, router } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: /李雷/ }));

  expect(screen.getByLabelText("密码")).toHaveFocus();
  await user.keyboard("wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("用户名或密码不对");
  await user.clear(screen.getByLabelText("密码"));
  await user.type(screen.getByLabelText("密码"), "right{Enter}");

  await waitFor(() => expect(router.state.location.pathname).toBe(NOWHERE));
  expect(sent).toEqual([
    { username: "finance1", password: "wrong" },
    { username: "finance1", password: "right" },
  ]);
});

test("an address of another site is not followed after signing in", async () => {
  signedIn(personWith("auditor"));
  const { router } = renderApp("/sign-in?next=//evil.example/x");

  await waitFor(() => expect(router.state.location.pathname).toBe("/audit"));
});

test("missing fields are said before anything is sent", async () => {
  const sent = signedOut();
  const { user } = renderApp("/sign-in");

  await user.click(await screen.findByRole("button", { name: "登录" }));

  expect(screen.getByRole("alert")).toHaveTextContent("请填写用户名和密码");
  expect(sent).toEqual([]);
});

test("each role starts at its own place and sees only places it has a use for", () => {
  const keys = (role: Role) => placesFor(personWith(role)).map((place) => place.key);

  expect(homeOf(personWith("designer"))).toBe("/flows");
  expect(homeOf(personWith("approver"))).toBe("/inbox");
  expect(homeOf(personWith("supervisor"))).toBe("/console");
  expect(homeOf(personWith("requester"))).toBe("/orders");
  expect(homeOf(personWith("auditor"))).toBe("/audit");
  expect(keys("approver")).toEqual(["inbox", "absence", "orders"]);
  expect(keys("auditor")).not.toContain("inbox");
  expect(placesFor(person({ roles: [], is_superuser: true }))).toHaveLength(6);
});

test("an expired session is renewed over the page, and only by the same person", async () => {
  signedOut();
  signedIn(person());
  server.use(
    http.post("*/api/v1/session", () =>
      HttpResponse.json({ user: person(), demo: null, now: "2026-01-01T00:00:00Z" }),
    ),
  );
  const { user } = renderApp(NOWHERE);
  await screen.findByRole("heading", { name: "没有这个页面" });

  announceSessionExpired();
  const dialog = await screen.findByRole("dialog", { name: "登录已过期" });
  expect(within(dialog).getByLabelText("用户名")).toHaveValue("finance1");
  expect(within(dialog).getByLabelText("用户名")).toHaveAttribute("readonly");
  await user.type(within(dialog).getByLabelText("密码"), "right{Enter}");

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("heading", { name: "没有这个页面" })).toBeVisible();
});

test("the language switches at once, for the document too, and is kept on the account", async () => {
  signedIn(person());
  const saved: unknown[] = [];
  server.use(
    http.patch("*/api/v1/session", async ({ request }) => {
      saved.push(await request.json());
      return HttpResponse.json({ user: person({ language: "en" }), demo: null, now: "2026-01-01T00:00:00Z" });
    }),
  );
  const { user } = renderApp(NOWHERE);

  await user.click(await screen.findByRole("button", { name: "EN Switch to English" }));

  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeInTheDocument();
  expect(document.documentElement.lang).toBe("en");
  await waitFor(() => expect(saved).toEqual([{ language: "en" }]));
});

test("a language chosen before signing in goes onto the account", async () => {
  signedOut(person({ language: "zh-CN" }));
  const saved: unknown[] = [];
  server.use(
    http.patch("*/api/v1/session", async ({ request }) => {
      saved.push(await request.json());
      return HttpResponse.json({
        user: person({ language: "en" }),
        demo: null,
        now: "2026-01-01T00:00:00Z",
      });
    }),
  );
  const { user } = renderApp("/sign-in?next=" + NOWHERE);
  await user.click(await screen.findByRole("button", { name: "EN Switch to English" }));
  await user.type(await screen.findByLabelText("User name"), "finance1");
  await user.type(screen.getByLabelText("Password"), "right{Enter}");

  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeInTheDocument();
  await waitFor(() => expect(saved).toEqual([{ language: "en" }]));
  expect(document.documentElement.lang).toBe("en");
});

test("the theme is a choice that stays", async () => {
  signedIn(person());
  const { user } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "主题: 浅色" }));

  await user.click(await screen.findByRole("menuitem", { name: "深色" }));

  await waitFor(() => expect(document.documentElement.dataset["theme"]).toBe("dark"));
  expect(localStorage.getItem("orderflow.preferences")).toContain('"theme":"dark"');
});

test("the question mark lists the keys that work here", async () => {
  signedIn(personWith("approver"));
  const { user } = renderApp(NOWHERE);
  await screen.findByRole("heading", { name: "没有这个页面" });

  await user.keyboard("?");

  const sheet = await screen.findByRole("dialog", { name: "快捷键" });
  expect(within(sheet).getByText("前往待办")).toBeInTheDocument();
  expect(within(sheet).queryByText("前往流程")).toBeNull();
});

test("a phone has its navigation at the bottom and no rail", async () => {
  media.matches = (query) => query.includes("max-width: 767px");
  signedIn(personWith("approver"));
  renderApp(NOWHERE);

  const nav = await screen.findByRole("navigation", { name: "主导航" });

  expect(nav).toHaveAttribute("data-bottom-bar");
  expect(
    within(nav)
      .getAllByRole("link")
      .map((link) => link.textContent),
  ).toEqual(["待办", "订单"]);
});

test("a server that cannot be reached is said, and can be asked again", async () => {
  signedIn(person());
  server.use(
    http.get("*/api/v1/session", () => HttpResponse.json({ code: "http.404", detail: "" }, { status: 404 }), {
      once: true,
    }),
  );
  const { user } = renderApp(NOWHERE);

  await user.click(await screen.findByRole("button", { name: "重试" }, { timeout: 5_000 }));

  expect(await screen.findByRole("heading", { name: "没有这个页面" })).toBeInTheDocument();
});

test("sign-in and shell have no violations that axe can see", async () => {
  signedOut();
  const before = renderApp("/sign-in");
  await screen.findByRole("button", { name: /李雷/ });
  expect(await axeViolations()).toEqual([]);
  before.unmount();

  signedIn(person({ is_superuser: true }));
  renderApp(NOWHERE);
  await screen.findByRole("heading", { name: "没有这个页面" });
  expect(await axeViolations()).toEqual([]);
});
