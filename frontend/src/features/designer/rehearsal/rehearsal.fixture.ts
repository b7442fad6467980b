/** A server that rehearses the small refund, for the tests of the test run. */
import { http, HttpResponse } from "msw";
import type { FlowCase, Rehearsal, RehearsalRequest, RehearsedRun } from "@/api/types";

const MONDAY = "2026-01-26T01:00:00+00:00";
const FINANCE = { kind: "group", key: "finance", name: { zh: "财务部", en: "Finance dept" } };
const OPERATIONS = { kind: "group", key: "operations", name: { zh: "运营部", en: "Operations" } };

function step(node: string, edge: string, change: Partial<RehearsedRun["steps"][number]> = {}) {
  return {
    node,
    visit: 1,
    entered: MONDAY,
    left: MONDAY,
    awaits: null,
    ports: ["out"],
    edges: [edge],
    because: null,
    output: {},
    outcome: null,
    asked: [],
    timers: [],
    notes: [],
    incident: null,
    withdrawn: null,
    ...change,
  };
}

const GIST = {
  ending: "completed" as const,
  ends: ["end"],
  outcome: "",
  incidents: [],
  path: ["start", "small", "ops", "refund", "end"],
  stands_at: [],
  asked: [{ node: "ops", ...OPERATIONS }],
  ended_at: MONDAY,
  took_seconds: 5400,
};

export function refundRun(change: Partial<RehearsedRun> = {}): RehearsedRun {
  const because = "58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true";
  const line = { code: "assigned.pool", ...OPERATIONS, params: { members: ["孙运营"], count: 1 } };
  return {
    ...GIST,
    subject: { type: "refund", id: "r1", title: "ORD1 · 58.00 CNY" },
    requester: null,
    amount: { amount: "58.00", currency: "CNY" },
    started_at: MONDAY,
    steps: [
      step("start", "e1"),
      step("small", "e2", { because: { conditions: [{ port: "small", because }] } }),
      step("ops", "e6", {
        asked: [
          {
            at: MONDAY,
            candidates: [OPERATIONS],
            trace: [{ at: MONDAY, cause: "opened", lines: [line] }],
            due_at: null,
          },
        ],
        notes: [{ what: "voted", at: MONDAY, by: { name: "孙运营" }, data: { outcome: "approved" } }],
      }),
      step("refund", "e8"),
      step("end", "e9", { edges: [] }),
    ],
    edges: ["e1", "e2", "e6", "e8"],
    effects: [
      {
        node: "refund",
        type: "orders.refund",
        key: "rehearsal:refund:1",
        at: MONDAY,
        is_external: true,
        payload: { refund: "r1" },
        amount: { amount: "58.00", currency: "CNY" },
      },
    ],
    refusals: [],
    live: { ...GIST, path: ["start", "small", "finance", "ops", "refund", "end"] },
    changes: [{ kind: "no_longer_asked", before: FINANCE, after: null }],
    ...change,
  };
}

export interface RehearsalServer {
  asked: RehearsalRequest[];
  kept: Record<string, unknown>[];
  cases: FlowCase[];
}

const DIFFERENCE: NonNullable<Rehearsal["difference"]> = {
  compared: 412,
  changed: 63,
  totals: [{ amount: "31900.00", currency: "CNY" }],
  groups: [
    {
      kind: "no_longer_asked",
      before: FINANCE,
      after: null,
      count: 63,
      totals: [{ amount: "31900.00", currency: "CNY" }],
      samples: ["ORD1 · 58.00 CNY"],
    },
  ],
  time: {
    faster: 63,
    slower: 0,
    before: { p50_seconds: 7200, p90_seconds: 9000 },
    after: { p50_seconds: 3600, p90_seconds: 7200 },
  },
};

export function rehearsalHandlers(server: RehearsalServer) {
  return [
    http.post("*/api/v1/definitions/f1/simulate", async ({ request }) => {
      const given = (await request.json()) as RehearsalRequest;
      server.asked.push(given);
      if (given.subjects?.[0] === "NONE")
        return HttpResponse.json(
          {
            type: "x",
            title: "",
            status: 404,
            code: "simulation.subject_unknown",
            detail: "none",
            name: "NONE",
          },
          { status: 404, headers: { "Content-Type": "application/problem+json" } },
        );
      const found: Rehearsal = {
        version: null,
        live_version: 1,
        amount: "refundAmount",
        runs: [refundRun()],
        is_cut_off: false,
        difference: DIFFERENCE,
      };
      return HttpResponse.json(found);
    }),
    http.get("*/api/v1/definitions/f1/cases", () => HttpResponse.json({ results: server.cases })),
    http.post("*/api/v1/definitions/f1/cases", async ({ request }) => {
      const given = (await request.json()) as Record<string, unknown>;
      server.kept.push(given);
      const kept = { id: "c9", given: {}, expect: {}, edited_by: "林管理", edited_at: MONDAY };
      server.cases = [...server.cases, { ...kept, name: String(given["name"]) }];
      return HttpResponse.json(server.cases.at(-1), { status: 201 });
    }),
    http.delete("*/api/v1/definitions/f1/cases/:one", ({ params }) => {
      server.cases = server.cases.filter((one) => one.id !== params["one"]);
      return new HttpResponse(null, { status: 204 });
    }),
    http.post("*/api/v1/definitions/f1/cases/run", () =>
      HttpResponse.json({
        passed: 1,
        failed: server.cases.length - 1,
        results: server.cases.map((one, at) => ({
          id: one.id,
          name: one.name,
          passed: at === 0,
          misses:
            at === 0 ? [] : [{ what: "passes", expected: "finance", found: ["start", "ops"], message: "x" }],
          path: [],
          took_seconds: 0,
        })),
      }),
    ),
  ];
}
