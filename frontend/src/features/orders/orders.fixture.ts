/** Orders as the server would tell of them, for tests. */
import type { BeforeStart, Order, OrderSummary, Refund } from "@/api/types";

export const cny = (amount: string) => ({ amount, currency: "CNY" });
export const AT = "2026-01-26T08:42:11+00:00";

export function aSummary(n: number, change: Partial<OrderSummary> = {}): OrderSummary {
  return {
    order_no: `ORD2026${n}`,
    channel: "h5",
    status: "awaiting_shipment",
    total: cny("199.00"),
    paid: cny("199.00"),
    refundable: cny("199.00"),
    buyer: { name: "张三", phone: "138****8000" },
    placed_at: AT,
    estimated_ship_time: AT,
    refunds_open: 0,
    ...change,
  };
}

export function anOrder(change: Partial<Order> = {}): Order {
  return {
    ...aSummary(1),
    buyer: { name: "张三", phone: "138****8000", customer_id: "C-1" },
    goods_total: cny("209.00"),
    discount_total: cny("10.00"),
    freight: cny("0.00"),
    refunded: cny("0.00"),
    promotion_id: "",
    ship_to: { region: "浙江", city: "杭州", address: "文三路****", postal_code: "310000" },
    lines: [
      {
        sku: "SKU-1",
        name: "保温杯",
        quantity: 1,
        unit_price: cny("209.00"),
        discount: cny("10.00"),
        total: cny("199.00"),
      },
    ],
    payments: [
      {
        provider: "sandbox",
        transaction_id: "T-1",
        amount: cny("199.00"),
        refunded: cny("0.00"),
        status: "captured",
        paid_at: AT,
      },
    ],
    refunds: [],
    changes: [],
    instances: [],
    ...change,
  };
}

export function aRefund(change: Partial<Refund> = {}): Refund {
  return {
    id: "refund-1",
    amount: cny("58.00"),
    reason: "质量问题",
    status: "in_review",
    instance: "run-1",
    requested_by: { username: "cs1", display_name: "周客服" },
    requested_at: AT,
    closed_at: null,
    provider_refund_id: null,
    ...change,
  };
}

/** What a request would start: one step whose people whoever asks still chooses. */
export function aBeginning(): BeforeStart {
  const stop = {
    visit: 1,
    is_current: false,
    turns: [],
    is_undecided: false,
    until: null,
    stands: false,
    failure: null,
    awaits_choice: false,
  };
  return {
    flow: { key: "small_refund", title: { zh: "小额退款直通", en: "Small refunds" }, version: 2 },
    choices: [],
    ahead: {
      ending: "completed",
      is_cut_off: false,
      stops: [
        {
          ...stop,
          node: "ops",
          name: { zh: "运营终审", en: "Operations" },
          type: "approval",
          awaits_choice: true,
        },
        { ...stop, node: "end", name: { zh: "结束", en: "End" }, type: "end" },
      ],
    },
  };
}
