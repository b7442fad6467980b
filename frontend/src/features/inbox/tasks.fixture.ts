/** Tasks as the server sends them, for tests. */
import type { TaskDetail } from "@/api/types";

export function aTask(number: number, change: Partial<TaskDetail> = {}): TaskDetail {
  return {
    id: `task-${number}`,
    revision: 3,
    title: { zh: "财务复核", en: "Finance review" },
    node: "finance",
    visit: 1,
    instance: `run-${number}`,
    definition: { key: "small-refund", title: { zh: "小额退款直通", en: "Small refunds" } },
    version: 2,
    subject: {
      type: "refund",
      id: `refund-${number}`,
      title: `ORD-${number} · 58.00 CNY`,
      facts: [
        { key: "orderNo", label: { zh: "订单号", en: "Order" }, value: `ORD-${number}` },
        {
          key: "refundAmount",
          label: { zh: "退款金额", en: "Refund amount" },
          value: { amount: `${50 + number}.00`, currency: "CNY" },
        },
        {
          key: "orderTotal",
          label: { zh: "订单金额", en: "Order total" },
          value: { amount: "199.00", currency: "CNY" },
        },
        { key: "refundRatio", label: { zh: "退款占比", en: "Share of the order" }, value: "29.1%" },
        { key: "refundReason", label: { zh: "退款原因", en: "Reason" }, value: "质量问题" },
      ],
    },
    requester: { id: "9", username: "cs1", display_name: "小敏" },
    opened_at: new Date(Date.now() - 3_600_000).toISOString(),
    due_at: new Date(Date.now() + 7_200_000).toISOString(),
    due_does: {
      do: "transfer",
      to: [{ kind: "group", key: "finance-backup", name: { zh: "部门负责人备选组", en: "Backup group" } }],
    },
    clock: "working",
    working_seconds_left: 18 * 60 + 30,
    paused_until: null,
    reminded_at: null,
    mode: "any",
    standing: null,
    candidates: [{ kind: "group", key: "finance", name: { zh: "财务部", en: "Finance" } }],
    assignee: null,
    votes: [],
    actions: ["approve", "reject", "transfer", "comment"],
    status: "open",
    outcome: null,
    decided_by: null,
    closed_at: null,
    pending: null,
    copy: null,
    copies: [],
    comments: [],
    trace: [],
    form: [],
    resubmission: null,
    ...change,
  };
}

export function claimOf(username: string, name: string) {
  return { id: username, username, display_name: name, at: new Date().toISOString() };
}

/** The same task for whoever answered it and may still take that back. */
export function pendingTask(
  task: TaskDetail,
  answer: "approve" | "reject" | "abstain",
  seconds: number,
): TaskDetail {
  const at = Date.now();
  return {
    ...task,
    actions: ["undo", "comment"],
    pending: {
      answer,
      comment: "",
      at: new Date(at).toISOString(),
      commit_at: new Date(at + seconds * 1000).toISOString(),
    },
  };
}

/** The same task after somebody decided it. */
export function decided(task: TaskDetail, by: string, outcome: "approved" | "rejected"): TaskDetail {
  const at = new Date().toISOString();
  return {
    ...task,
    revision: task.revision + 1,
    status: outcome,
    outcome,
    decided_by: by,
    closed_at: at,
    due_at: null,
    due_does: null,
    actions: [],
    candidates: [],
    votes: [
      {
        user: { id: "3", username: "finance2", display_name: by },
        outcome,
        at,
        comment: "",
        source: "person",
      },
    ],
  };
}
