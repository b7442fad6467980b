/** A small server for the designer's tests: one flow whose draft can be saved and published. */
import { http, HttpResponse } from "msw";
import type { DefinitionSummary, Draft, GraphChange, Problem, VersionSummary } from "@/api/types";
import type { Graph } from "@/graph/document";
import { refundGraph } from "@/graph/graphs.fixture";
import { NODE_TYPES } from "@/graph/nodeTypes.fixture";

export interface FlowServer {
  revision: number;
  graph: Graph;
  live: { version: number; graph: Graph } | null;
  saves: { revision: number; graph: Graph }[];
  published: { revision: number; note: string; take_over?: boolean; effective_at?: string }[];
  /** Another live flow that answers the same event. */
  holder: { zh: string; en: string } | null;
  /** Another flow has taken over its event. */
  asleep: boolean;
  created: { key: string; title: { zh: string; en: string }; graph: Graph }[];
  problems: (graph: Graph) => Problem[];
  /** What the server finds between any two drawings. */
  changes: GraphChange[];
  /** Somebody who has changed the drawing may not publish it. */
  fourEyes: boolean;
  planned: DefinitionSummary["planned"];
  askedToPublish: boolean;
  asked: { revision: number; note: string }[];
  withdrawn: { version: string; reason: string }[];
}

export function flowServer(change: Partial<FlowServer> = {}): FlowServer {
  const graph = refundGraph();
  return {
    revision: 1,
    graph,
    live: { version: 1, graph },
    saves: [],
    published: [],
    holder: null,
    asleep: false,
    created: [],
    problems: () => [],
    changes: [],
    fourEyes: false,
    planned: null,
    askedToPublish: false,
    asked: [],
    withdrawn: [],
    ...change,
  };
}

const AT = "2026-02-13T09:00:00+08:00";

function summary(server: FlowServer): DefinitionSummary {
  return {
    id: "f1",
    key: "refund",
    title: { zh: "小额退款直通", en: "Small refund" },
    status: server.live ? "published" : "unpublished",
    live_version: server.live?.version ?? null,
    live_trigger: server.live && !server.asleep ? "refund.requested" : null,
    draft: { revision: server.revision, graph_hash: "x", problem_count: 0 },
    running: 7,
    owner: "林管理",
    updated_at: AT,
    published_at: server.live ? AT : null,
    retired_at: null,
    planned: server.planned,
    four_eyes: server.fourEyes,
    asked_to_publish: server.askedToPublish,
  };
}

function version(number: number): VersionSummary {
  return {
    version: number,
    published_at: AT,
    published_by: "林管理",
    note: "第一次发布",
    graph_hash: "x",
    running: 7,
    status: "live",
    confirmed_by: null,
    effective_at: AT,
    live_at: AT,
    ended_at: null,
    withdraw_until: AT,
    trouble: null,
  };
}

function refused(problem: { code: string; detail: string } & Record<string, unknown>) {
  return HttpResponse.json(
    { type: "x", title: "", status: 409, ...problem },
    { status: 409, headers: { "Content-Type": "application/problem+json" } },
  );
}

/** Marks follow from the changes, as far as the tests look at them. */
function comparison(changes: GraphChange[]) {
  const none = { added: [], removed: [], changed: [] };
  const of = (code: RegExp) => changes.flatMap((one) => (one.node && code.test(one.code) ? [one.node] : []));
  const nodes = {
    added: of(/^node.added$/),
    removed: of(/^node.removed$/),
    changed: of(/^(setting|item|branch)/),
  };
  return { from_hash: "x", to_hash: "y", changes, nodes, edges: none, variables: none };
}

export function flowHandlers(server: FlowServer) {
  const list = <T>(results: T[]) => HttpResponse.json({ results, next: null });
  return [
    http.get("*/api/v1/node-types", () => list(NODE_TYPES)),
    http.get("*/api/v1/groups", () =>
      list([
        { key: "finance", name: { zh: "财务部", en: "Finance dept" }, members: [] },
        {
          key: "finance-backup",
          name: { zh: "部门负责人备选组", en: "Dept. head backup group" },
          members: [],
        },
        { key: "operations", name: { zh: "运营部", en: "Operations" }, members: [] },
      ]),
    ),
    http.get("*/api/v1/people", () =>
      list([{ id: 1, username: "finance1", display_name: "李雷", department: null }]),
    ),
    http.get("*/api/v1/triggers", () => list([])),
    http.get("*/api/v1/calendars", () => list([])),
    http.get("*/api/v1/connections", () => list([{ name: "erp", base_url: "https://erp.example.com/api" }])),
    http.get("*/api/v1/templates", () =>
      list([
        {
          key: "small_refund",
          title: { zh: "小额退款直通", en: "Small refund" },
          summary: {
            zh: "不到订单金额三成的退款直接到运营终审。",
            en: "Refunds below 30 % go straight to operations.",
          },
          graph: refundGraph(),
          sample: {},
        },
      ]),
    ),
    http.get("*/api/v1/definitions", () => list([summary(server)])),
    http.post("*/api/v1/definitions", async ({ request }) => {
      server.created.push((await request.json()) as FlowServer["created"][number]);
      return HttpResponse.json(
        { id: "f1", key: "k", title: { zh: "", en: "" }, draft: {}, live_version: null },
        { status: 201 },
      );
    }),
    http.get("*/api/v1/definitions/f1", () => HttpResponse.json(summary(server))),
    http.get("*/api/v1/definitions/f1/draft", () => {
      const draft: Draft = {
        revision: server.revision,
        graph_hash: "x",
        graph: server.graph,
        layout: {},
        problems: server.problems(server.graph),
        edited_by: "王芳",
        edited_at: AT,
      };
      return HttpResponse.json(draft);
    }),
    http.put("*/api/v1/definitions/f1/draft", async ({ request }) => {
      const given = (await request.json()) as { revision: number; graph: Graph };
      if (given.revision !== server.revision) {
        const fields = { current_revision: server.revision, edited_by: "王芳", edited_at: AT };
        return refused({ code: "definition.revision_conflict", detail: "stale", ...fields });
      }
      server.saves.push(given);
      server.graph = given.graph;
      server.revision += 1;
      return HttpResponse.json({
        revision: server.revision,
        graph_hash: "y",
        problems: server.problems(given.graph),
      });
    }),
    http.post("*/api/v1/definitions/f1/publish", async ({ request }) => {
      const given = (await request.json()) as FlowServer["published"][number];
      if (server.holder && !given.take_over) {
        const holder = { id: "f2", key: "other", title: server.holder };
        return refused({ code: "trigger.taken", detail: "taken", trigger: "refund.requested", holder });
      }
      if (server.fourEyes)
        return refused({ code: "publish.needs_another_person", detail: "somebody else", status: 403 });
      server.published.push(given);
      server.live = { version: (server.live?.version ?? 0) + 1, graph: server.graph };
      return HttpResponse.json(
        {
          version: server.live.version,
          graph_hash: "y",
          running_on_older: 7,
          live: given.effective_at === undefined,
          effective_at: given.effective_at ?? AT,
          superseded: null,
        },
        { status: 201 },
      );
    }),
    http.post("*/api/v1/definitions/f1/publish-request", async ({ request }) => {
      server.asked.push((await request.json()) as FlowServer["asked"][number]);
      return HttpResponse.json({}, { status: 201 });
    }),
    http.all("*/api/v1/definitions/f1/compare", () => HttpResponse.json(comparison(server.changes))),
    http.post("*/api/v1/definitions/f1/versions/:number/withdraw", async ({ params, request }) => {
      const { reason } = (await request.json()) as { reason: string };
      server.withdrawn.push({ version: String(params["number"]), reason });
      return HttpResponse.json({ live_version: null });
    }),
    http.get("*/api/v1/definitions/f1/versions", () =>
      list(server.live ? [version(server.live.version)] : []),
    ),
    http.get("*/api/v1/definitions/f1/versions/:number", ({ params }) =>
      HttpResponse.json({
        ...version(Number(params["number"])),
        graph: server.live?.graph,
        layout: {},
      }),
    ),
    http.post("*/api/v1/expressions/check", async ({ request }) => {
      const { text, condition = true } = (await request.json()) as { text: string; condition?: boolean };
      const said = CHECKS[text] ?? { ok: true, type: "boolean", ast: { kind: "other" }, errors: [] };
      return HttpResponse.json(
        condition && said.ok && said.type !== "boolean" ? notACondition(text, said) : said,
      );
    }),
  ];
}

const share = (value: string) => ({
  ok: true,
  type: "boolean",
  errors: [],
  ast: {
    kind: "compare",
    operator: "<",
    left: { kind: "reference", path: ["refundAmount"] },
    right: {
      kind: "calculate",
      operator: "*",
      left: { kind: "reference", path: ["orderTotal"] },
      right: { kind: "decimal", value },
    },
  },
});

interface Said {
  ok: boolean;
  type: string | null;
  ast: unknown;
  errors: unknown[];
}

const notACondition = (text: string, said: Said): Said => ({
  ...said,
  ok: false,
  errors: [
    {
      code: "expression.not_a_condition",
      message: `Expected a condition, found ${said.type}.`,
      from: 0,
      to: text.length,
      params: { found: said.type },
    },
  ],
});

/** What the engine answers for the texts that the tests write. */
const CHECKS: Record<string, Said> = {
  "${orderTotal} * 0.5": { ok: true, type: "money", ast: { kind: "other" }, errors: [] },
  "${refundAmount} < ${orderTotal} * 0.3": share("0.3"),
  "${refundAmount} < ${orderTotal} * 0.2": share("0.2"),
  "${refundAmount} < 'x'": {
    ok: false,
    type: null,
    ast: null,
    errors: [
      {
        code: "expression.type",
        message: "Expected money with <, found text.",
        from: 18,
        to: 21,
        params: { expected: "money", operator: "<", found: "text" },
      },
    ],
  },
};
