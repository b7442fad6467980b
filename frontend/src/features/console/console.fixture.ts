/** Runs, facts and audit entries as the server answers them, for tests. */
import type { AuditEntry, HistoryEntry, TaskLine } from "@/api/types";
import { refundGraph } from "@/graph/graphs.fixture";
import type { Run } from "./api/instance";

export const MINUTE = 60_000;

export function ago(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE).toISOString();
}

export const FINANCE = { kind: "group" as const, key: "finance", name: { zh: "财务组", en: "Finance" } };

export function aTask(change: Partial<TaskLine> = {}): TaskLine {
  return {
    id: "task-1",
    title: { zh: "财务复核", en: "Finance review" },
    node: "finance",
    visit: 1,
    mode: "any",
    standing: null,
    status: "open",
    candidates: [FINANCE],
    votes: [],
    opened_at: ago(30),
    due_at: null,
    due_does: null,
    closed_at: null,
    decided_by: null,
    ...change,
  };
}

/** Waits at 财务复核: a refund of 58.00 of an order of 199.00, asked for by 周客服. */
export function aRun(n = 1, change: Partial<Run> = {}): Run {
  return {
    id: `run-${n}`,
    definition: { id: "def-1", key: "small_refund", title: { zh: "小额退款直通", en: "Small refund" } },
    version: 2,
    status: "running",
    subject: { type: "refund", id: `refund-${n}`, title: `ORD20260${n} · 58.00 CNY` },
    tokens: [
      { token: 1, node: "finance", visit: 1, since: ago(30), awaits: "signal", due_at: null, line: null },
    ],
    variables: {
      orderNo: `ORD20260${n}`,
      refundAmount: { amount: "58.00", currency: "CNY" },
      orderTotal: { amount: "199.00", currency: "CNY" },
    },
    tasks: [aTask()],
    timers: [],
    incidents: [],
    started_at: ago(31),
    ended_at: null,
    requester: "7",
    stuck: null,
    graph: refundGraph(),
    layout: {},
    path: [
      { node: "start", visit: 1, status: "done", at: ago(31) },
      { node: "small", visit: 1, status: "done", at: ago(31) },
      { node: "finance", visit: 1, status: "current", at: ago(30) },
    ],
    edges: ["e1", "e3"],
    jumps: [],
    can: ["force-advance", "cancel"],
    caller: null,
    called: [],
    ...change,
  };
}

/** Stands at 原路退款 because the provider refused. */
export function aFailedRun(n = 2): Run {
  const incident = {
    id: "incident-1",
    token: 1,
    node: "refund",
    code: "sandbox.refused",
    message: "The provider refuses refunds of this order.",
    params: {},
    at: ago(5),
    status: "open" as const,
  };
  return aRun(n, {
    tokens: [
      { token: 1, node: "refund", visit: 1, since: ago(5), awaits: "repair", due_at: null, line: null },
    ],
    tasks: [],
    incidents: [incident],
    stuck: { code: "action_failed", params: { node: "refund", incident: incident.code }, since: ago(5) },
    path: [{ node: "refund", visit: 1, status: "failed", at: ago(5) }],
    can: ["force-advance", "cancel", "retry"],
  });
}

export function aFact(
  seq: number,
  kind: HistoryEntry["kind"],
  change: Partial<HistoryEntry> = {},
): HistoryEntry {
  return {
    seq,
    at: ago(31),
    kind,
    node: "finance",
    visit: 1,
    actor: { id: "7", name: "周客服" },
    source: "person",
    data: {},
    ...change,
  };
}

export function aHistory(): HistoryEntry[] {
  const facts = [
    { key: "buyer", label: { zh: "买家", en: "Buyer" }, value: "张三 138****8000" },
    { key: "refundRatio", label: { zh: "退款占比", en: "Share of the order" }, value: "29.1%" },
  ];
  return [
    aFact(1, "started", {
      node: "start",
      data: { subject: { type: "refund", id: "r-1", title: "退款", facts } },
    }),
    aFact(2, "moved", { node: "start", data: { port: "out", to: "small" } }),
    aFact(3, "moved", {
      node: "small",
      data: {
        port: "otherwise",
        to: "finance",
        why: { conditions: [{ port: "small", because: "58.00 CNY < 199.00 CNY * 0.2 = 39.80 CNY → false" }] },
      },
    }),
    aFact(4, "waited", { data: { awaits: "signal" } }),
    aFact(5, "noted", {
      actor: { id: "timer", name: "" },
      source: "timer",
      data: {
        what: "reassigned",
        data: {
          cause: "timeout",
          from: [FINANCE],
          to: [{ name: { zh: "部门负责人备选组", en: "Backup" } }],
          comment: "",
        },
      },
    }),
  ];
}

export function anEntry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    seq: 1,
    at: ago(1),
    actor: { id: "9", name: "郑督导" },
    ip: "10.0.0.8",
    action: "instance.force-advance",
    object: { type: "instance", id: "run-1", title: "ORD202601 · 58.00 CNY" },
    run: {
      definition: { id: "def-1", key: "small_refund", title: { zh: "小额退款直通", en: "Small refund" } },
      version: 2,
    },
    before: { status: "running", nodes: ["finance"], version: 2 },
    after: { status: "running", nodes: ["ops"], target: "ops" },
    reason: "大促期间加急处理",
    hash: "031642cf79aa55",
    ...change,
  };
}
