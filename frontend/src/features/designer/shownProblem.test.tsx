import { configure, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Problem } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { flowHandlers, flowServer } from "./server.fixture";

configure({ defaultHidden: true });

const cny = (amount: string) => ({ amount, currency: "CNY" });
const stuck: Problem = {
  code: "parallel.join_never_complete",
  message: "Expected one token from each branch.",
  node: "reject",
  severity: "error",
  params: { nodes: ["start", "small", "finance", "reject"], edges: ["e1", "e3", "e5"] },
};
const gap: Problem = {
  code: "condition.gap",
  message: "Expected the branches to meet.",
  node: "small",
  path: "branches",
  severity: "warning",
  params: { witness: { refundAmount: cny("30.00"), orderTotal: cny("100.00") }, example: "" },
};
const bar = () => screen.queryByRole("region", { name: "图上标出的问题" });
const drawn = () => document.querySelector<HTMLElement>("[data-shown]");

beforeEach(() => {
  signedIn(personWith("designer"));
  server.use(...flowHandlers(flowServer({ problems: () => [stuck, gap] })));
});

async function chooses(name: RegExp) {
  const app = renderApp("/flows/f1");
  await app.user.click(await screen.findByRole("button", { name: /2 个问题/ }));
  const drawer = screen.getByRole("region", { name: "问题" });
  await app.user.click(within(drawer).getByRole("button", { name }));
  return app;
}

test("a chosen problem is drawn step by step and told, until Escape takes it away", async () => {
  const { user } = await chooses(/永远等不齐/);

  await waitFor(() => expect(drawn()).toHaveAttribute("data-shown", "e1 e3 e5"));
  const numbers = [...document.querySelectorAll<HTMLElement>("[data-step]")];
  expect(numbers.map((one) => [one.dataset["step"], one.textContent])).toEqual([
    ["start", "1"],
    ["small", "2"],
    ["finance", "3"],
    ["reject", "4"],
  ]);
  expect(bar()).toHaveTextContent("数字是走的先后,圆点是令牌走到这里就出问题的地方。");
  const way = within(bar() as HTMLElement).getByRole("list", { name: "出问题的走法" });
  expect(
    within(way)
      .getAllByRole("listitem")
      .map((one) => one.textContent),
  ).toEqual(["退款申请", "小额退款?", "财务复核", "拒绝退款"]);
  expect(screen.getByTestId("live-region")).toHaveTextContent(
    "走法:1 退款申请、2 小额退款?、3 财务复核、4 拒绝退款。",
  );
  expect(await axeViolations()).toEqual([]);

  await user.keyboard("{Escape}");

  expect(drawn()).toBeNull();
  expect(bar()).toBeNull();
  expect(screen.getByTestId("live-region")).toHaveTextContent("已收起图上的标记");
});

test("values that show a gap stand at the branch that takes them", async () => {
  await chooses(/分支之间有缺口/);

  await waitFor(() =>
    expect(drawn()).toHaveTextContent("退款金额 = ¥30.00,订单金额 = ¥100.00 时所有分支都不走,只能走这里"),
  );
  expect(bar()).toHaveTextContent("气泡里是能说明问题的取值。");
});

test("F8 draws the problem it leads to", async () => {
  const { user } = renderApp("/flows/f1");
  await screen.findByRole("button", { name: /2 个问题/ });

  await user.keyboard("{F8}");

  await waitFor(() => expect(bar()).not.toBeNull());
});

test("on a phone a problem is drawn on the flow that is looked at", async () => {
  media.matches = (query) => query.includes("max-width: 767px");
  const { user } = renderApp("/flows/f1");

  await user.click(await screen.findByText("2 个问题"));
  await user.click(screen.getByRole("button", { name: /永远等不齐/ }));

  expect(drawn()).toHaveAttribute("data-shown", "e1 e3 e5");
  await user.click(screen.getByRole("button", { name: "收起图上的标记" }));
  expect(drawn()).toBeNull();
});
