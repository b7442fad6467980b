import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { delay, http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { BeforeStart, Instance, Order, OrderSummary } from "@/api/types";
import { setLanguage } from "@/i18n";
import { axeViolations } from "@/test/axe";
import { person, personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { aBeginning, anOrder, aRefund, aSummary, cny } from "./orders.fixture";

// A busy machine draws a page with a dialog in seconds, not in a second.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000 });

let order: Order;
let orders: OrderSummary[];
let runs: Partial<Instance>[];
let asked: string[];
let before: BeforeStart;
let foreseen: unknown[];
let sent: { body: unknown; key: string | null; channel: string | null }[];

beforeEach(() => {
  order = anOrder();
  orders = [aSummary(1), aSummary(2, { refunds_open: 1, status: "closed" })];
  [runs, asked, sent, foreseen] = [[], [], [], []];
  before = aBeginning();
  signedIn(personWith("requester"));
  server.use(
    http.get("*/api/v1/orders", ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      asked.push(search);
      const q = searchParams.get("q") ?? "";
      return HttpResponse.json({ results: orders.filter((one) => one.order_no.includes(q)), next: null });
    }),
    http.get("*/api/v1/orders/:no", () => HttpResponse.json(order)),
    http.get("*/api/v1/instances", () => HttpResponse.json({ results: runs, next: null })),
    http.post("*/api/v1/orders/:no/refunds/preview", async ({ request }) => {
      foreseen.push(await request.json());
      return HttpResponse.json(before);
    }),
    http.post("*/api/v1/orders/:no/refunds", async ({ request }) => {
      const channel = new URL(request.url).searchParams.get("channel");
      sent.push({ body: await request.json(), key: request.headers.get("Idempotency-Key"), channel });
      order = { ...order, refunds: [aRefund()], refundable: cny("141.00") };
      return HttpResponse.json(aRefund(), { status: 201 });
    }),
  );
});

test("the list shows money, masked buyers and open refunds, and links by channel", async () => {
  renderApp("/orders");

  const row = await screen.findByRole("row", { name: /ORD20262/ });

  expect(row).toHaveTextContent("¥199.00");
  expect(row).toHaveTextContent("138****8000");
  expect(row).toHaveTextContent("1 笔退款处理中");
  expect(within(row).getByRole("link")).toHaveAttribute("href", "/orders/ORD20262?channel=h5");
  expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  expect(await axeViolations()).toEqual([]);
});

test("searching waits for a pause, keeps the address, and says when nothing matches", async () => {
  const { user, router } = renderApp("/orders");
  await screen.findByRole("row", { name: /ORD20261/ });

  await user.keyboard("/");
  await user.keyboard("8000x");

  expect(await screen.findByText("没有符合条件的订单")).toBeVisible();
  expect(router.state.location.search).toBe("?q=8000x");
  expect(asked.at(-1)).toBe("?q=8000x&limit=50");
  await user.click(screen.getByRole("button", { name: "清除筛选" }));
  expect(await screen.findByRole("row", { name: /ORD20261/ })).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveValue("");
});

test("on a phone an order is a card", async () => {
  media.matches = (query) => query.includes("max-width");

  renderApp("/orders");

  const link = await screen.findByRole("link", { name: "ORD20261" });
  expect(link.closest("li")).toHaveTextContent("¥199.00");
  expect(screen.queryByRole("table")).toBeNull();
});

test("the order page adds up, and says where each refund stands", async () => {
  order = anOrder({
    refunds_open: 1,
    refundable: cny("141.00"),
    refunds: [aRefund()],
    instances: [
      {
        id: "run-1",
        definition: { id: "d", key: "small_refund", title: { zh: "小额退款直通", en: "Small refund" } },
        version: 2,
        status: "running",
        nodes: ["finance"],
      },
    ],
  });
  const task = {
    title: { zh: "财务复核", en: "Finance review" },
    candidates: [{ kind: "group", key: "finance", name: { zh: "财务组", en: "Finance" } }],
    due_at: null,
    closed_at: null,
  };
  runs = [{ id: "run-1", status: "running", incidents: [], tasks: [task] as unknown as Instance["tasks"] }];

  renderApp("/orders/ORD20261");

  expect(await screen.findByText("停在「财务复核」 · 等财务组处理")).toBeVisible();
  const refunds = screen.getByRole("region", { name: "退款" });
  expect(refunds).toHaveTextContent("¥58.00占订单 29.1%");
  expect(refunds).toHaveTextContent("审批中");
  expect(within(refunds).getByRole("link", { name: "小额退款直通 v2" })).toHaveAttribute(
    "href",
    "/console/run-1",
  );
  expect(screen.getByRole("region", { name: "商品" })).toHaveTextContent(
    "商品合计¥209.00优惠−¥10.00运费¥0.00订单金额¥199.00",
  );
  expect(await axeViolations()).toEqual([]);
});

test("a run that is stuck is said to be", async () => {
  order = anOrder({ refunds_open: 1, refunds: [aRefund({ status: "refunding" })] });
  const incident = { id: "i", status: "open" } as Instance["incidents"][number];
  runs = [{ id: "run-1", status: "running", incidents: [incident], tasks: [] }];

  renderApp("/orders/ORD20261");

  expect(await screen.findByText("流程在这里卡住了,等主管处理")).toBeVisible();
});

async function openRefund(path = "/orders/ORD20261?channel=h5") {
  const app = renderApp(path);
  await app.user.click(await screen.findByRole("button", { name: "申请退款" }));
  const dialog = await screen.findByRole("dialog", { name: "申请退款 · ORD20261" });
  const amount = within(dialog).getByRole("textbox", { name: "退款金额" });
  const reason = within(dialog).getByRole("textbox", { name: "退款原因" });
  const submit = within(dialog).getByRole("button", { name: /提交退款申请|正在提交/ });
  return { ...app, dialog, amount, reason, submit };
}

test("a refund is asked for with its live share of the order, once", async () => {
  const { user, dialog, amount, submit } = await openRefund();
  await user.type(amount, "58");
  expect(dialog).toHaveTextContent("占订单 29.1%");
  expect(await axeViolations(dialog)).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "质量问题" }));

  await user.dblClick(submit);

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toEqual([
    {
      body: { amount: cny("58.00"), reason: "质量问题", variables: {} },
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      channel: "h5",
    },
  ]);
  expect(await screen.findByText("审批中")).toBeVisible();
});

test("more than is refundable, and a missing reason, are refused before anything is sent", async () => {
  const { user, dialog, amount, reason, submit } = await openRefund();

  await user.click(submit);
  expect(dialog).toHaveTextContent("请填写退款金额");
  expect(amount).toHaveFocus();
  await user.type(amount, "199.01");
  expect(dialog).toHaveTextContent("超过可退金额 ¥199.00");
  await user.click(within(dialog).getByRole("button", { name: "全部可退" }));
  expect(dialog).toHaveTextContent("占订单 100.0%");
  await user.click(submit);

  expect(dialog).toHaveTextContent("请写明退款原因");
  expect(reason).toHaveFocus();
  expect(sent).toEqual([]);
});

test("after a lost answer the button rests, then asks again with the same key", async () => {
  const keys: (string | null)[] = [];
  server.use(
    http.post("*/api/v1/orders/:no/refunds", async ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      await delay(10);
      return keys.length === 1 ? HttpResponse.error() : HttpResponse.json(aRefund(), { status: 201 });
    }),
  );
  const { user, dialog, amount, reason, submit } = await openRefund();
  await user.type(amount, "58");
  await user.type(reason, "质量问题");
  await user.click(submit);
  expect(await within(dialog).findByText("网络连不上服务器。检查网络后重试")).toBeVisible();
  expect(submit).toBeDisabled();

  await waitFor(() => expect(submit).toBeEnabled(), { timeout: 5_000 });
  await user.click(submit);

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test("a refusal of the server is told with its numbers, and the form stays", async () => {
  server.use(
    http.post("*/api/v1/orders/:no/refunds", () =>
      HttpResponse.json(
        {
          status: 422,
          code: "refund.exceeds_refundable",
          detail: "Expected at most …",
          refundable: cny("20.00"),
        },
        { status: 422, headers: { "Content-Type": "application/problem+json" } },
      ),
    ),
  );
  const { dialog, amount, reason, submit } = await openRefund();
  fireEvent.change(amount, { target: { value: "58" } });
  fireEvent.change(reason, { target: { value: "质量问题" } });

  fireEvent.click(submit);

  expect(await within(dialog).findByText(/超过可退金额 ¥20.00/)).toBeVisible();
  expect(amount).toHaveValue("58");
});

test("nobody without the right, and nothing without money left, offers a refund", async () => {
  signedIn(personWith("auditor"));
  const view = renderApp("/orders/ORD20261");
  await screen.findByRole("region", { name: "退款" });
  expect(screen.queryByRole("button", { name: "申请退款" })).toBeNull();
  view.unmount();

  signedIn(personWith("requester"));
  order = anOrder({ refundable: cny("0.00") });
  renderApp("/orders/ORD20261");
  expect(await screen.findByRole("button", { name: "申请退款" })).toBeDisabled();
  expect(screen.getByText("没有可退金额")).toBeVisible();
});

test("an unknown order says so, in English as well", async () => {
  signedIn(person({ roles: ["requester"], language: "en" }));
  await setLanguage("en");
  server.use(
    http.get("*/api/v1/orders/:no", () =>
      HttpResponse.json(
        { status: 404, code: "order.not_found", detail: "There is no order X." },
        { status: 404 },
      ),
    ),
  );

  renderApp("/orders/X");

  expect(await screen.findByText("No such order, or it is not for you to see")).toBeVisible();
});

test("before it is sent a refund says who gets it, and whoever is to be chosen is chosen there", async () => {
  const choice = {
    node: "ops",
    name: { zh: "运营终审", en: "Operations" },
    variable: "reviewers",
    is_list: true,
    most: 2,
    people: [{ username: "ops1", display_name: "孙运营" }],
    is_cut_off: false,
  };
  before = { ...aBeginning(), choices: [choice] };
  const { user } = renderApp("/orders/ORD20261");
  await user.click(await screen.findByRole("button", { name: "申请退款" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText("退款金额"), "58");
  await user.type(within(dialog).getByLabelText("退款原因"), "破损");

  const path = await within(dialog).findByRole("region", { name: "提交后会给谁" });
  expect(within(path).getAllByRole("listitem")[0]).toHaveTextContent("运营终审由你选择");
  expect(foreseen).toEqual([{ amount: cny("58.00"), variables: {} }]);

  await user.click(within(dialog).getByRole("button", { name: "提交退款申请" }));
  expect(await within(dialog).findByText("请选择审批人")).toBeVisible();
  expect(sent).toEqual([]);

  await user.click(within(dialog).getByRole("combobox", { name: "「运营终审」由谁审?最多 2 人" }));
  await user.click(await screen.findByTitle("孙运营 (ops1)"));
  await user.click(within(dialog).getByRole("button", { name: "提交退款申请" }));

  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({
    amount: cny("58.00"),
    reason: "破损",
    variables: { reviewers: ["ops1"] },
  });
});
