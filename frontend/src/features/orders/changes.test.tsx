import { configure, screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { Order, OrderChange } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { aBeginning, anOrder, AT } from "./orders.fixture";

configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000 });

let order: Order;
let sent: { body: unknown; key: string | null }[];

const aChange = (change: Partial<OrderChange> = {}): OrderChange => ({
  id: "change-1",
  wanted: [{ field: "ship_to.city", before: "杭州", after: "宁波" }],
  reason: "买家搬家",
  status: "in_review",
  instance: "run-9",
  requested_by: { username: "cs1", display_name: "周客服" },
  requested_at: AT,
  closed_at: null,
  ...change,
});

beforeEach(() => {
  order = anOrder();
  sent = [];
  signedIn(personWith("requester"));
  server.use(
    http.get("*/api/v1/orders/:no", () => HttpResponse.json(order)),
    http.get("*/api/v1/instances", () => HttpResponse.json({ results: [], next: null })),
    http.post("*/api/v1/orders/:no/changes/preview", () => HttpResponse.json(aBeginning())),
    http.post("*/api/v1/orders/:no/changes", async ({ request }) => {
      sent.push({ body: await request.json(), key: request.headers.get("Idempotency-Key") });
      order = { ...order, changes: [aChange()] };
      return HttpResponse.json(aChange(), { status: 201 });
    }),
  );
});

async function opened() {
  const app = renderApp("/orders/ORD20261");
  await app.user.click(await screen.findByRole("button", { name: "申请改单" }));
  return { ...app, dialog: await screen.findByRole("dialog", { name: /申请改单/ }) };
}

test("only what is filled in is asked for, and the order shows the wish", async () => {
  const { user, dialog } = await opened();

  expect(within(dialog).getByLabelText("收货地址")).toHaveAttribute("placeholder", "现在:文三路****");
  await user.type(within(dialog).getByLabelText("城市"), "宁波");
  await user.type(within(dialog).getByLabelText("改单原因"), "买家搬家");
  expect(await axeViolations()).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "提交改单申请" }));

  const wishes = await screen.findByRole("region", { name: "改单" });
  expect(wishes).toHaveTextContent("城市 杭州 → 宁波");
  expect(wishes).toHaveTextContent("审批中");
  expect(sent.map((one) => one.body)).toEqual([
    { buyer: {}, ship_to: { city: "宁波" }, reason: "买家搬家", variables: {} },
  ]);
  expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
});

test("nothing to change, or no reason, is said and not sent", async () => {
  const { user, dialog } = await opened();

  await user.click(within(dialog).getByRole("button", { name: "提交改单申请" }));
  expect(within(dialog).getByRole("alert")).toHaveTextContent("请至少改一项");
  await user.type(within(dialog).getByLabelText("城市"), "宁波");

  expect(within(dialog).getByRole("alert")).toHaveTextContent("请写明改单原因");
  expect(sent).toEqual([]);
});

test("a closed order offers no change", async () => {
  order = anOrder({ status: "closed" });
  renderApp("/orders/ORD20261");

  await screen.findByRole("heading", { name: "ORD20261" });

  expect(screen.queryByRole("button", { name: "申请改单" })).toBeNull();
});
