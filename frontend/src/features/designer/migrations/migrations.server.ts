/** The server's side of migrations in tests: two versions of a flow, and a migration that the tests move on. */
import { http, HttpResponse } from "msw";
import type { MigratingRun, MigrationDetail, VersionSummary } from "@/api/types";
import { refundGraph } from "@/graph/graphs.fixture";

const AT = "2026-02-13T09:00:00+08:00";
const FLOW = "*/api/v1/definitions/f1";

export interface House {
  migrations: MigrationDetail[];
  runs: MigratingRun[];
  /** What was posted, in order. */
  posted: { path: string; body: unknown }[];
  /** Query strings of the lists of runs. */
  asked: string[];
}

function version(number: number, change: Partial<VersionSummary>): VersionSummary {
  return {
    version: number,
    published_at: AT,
    published_by: "林管理",
    note: number === 1 ? "第一次发布" : "去掉财务复核",
    graph_hash: "x",
    running: 0,
    status: "replaced",
    confirmed_by: null,
    effective_at: AT,
    live_at: AT,
    ended_at: null,
    withdraw_until: null,
    trouble: null,
    ...change,
  };
}

export function aMigration(change: Partial<MigrationDetail> = {}): MigrationDetail {
  return {
    id: "m1",
    from_version: 1,
    to_version: 2,
    mapping: {},
    status: "planned",
    counts: { quiet: 3, disturbed: 1, hindered: 2, pending: 6, migrated: 0, stayed: 0 },
    planned_by: "林管理",
    planned_at: AT,
    started_by: null,
    started_at: null,
    ended_at: null,
    reason: "",
    undoes: null,
    undone_by: null,
    reasons: [{ code: "migration.no_target", node: "finance", runs: 2 }],
    ...change,
  };
}

export function aRun(instance: string, change: Partial<MigratingRun> = {}): MigratingRun {
  return {
    instance,
    subject: { type: "refund", id: `r-${instance}`, title: `ORD-${instance} · 58.00 CNY` },
    status: "pending",
    verdict: "quiet",
    moves: [{ token: 1, node: "ops", to: "ops", fate: "kept" }],
    hindrances: [],
    ...change,
  };
}

/** The second version has no finance review. */
function graphOf(number: number) {
  const graph = refundGraph();
  return number === 1 ? graph : { ...graph, nodes: graph.nodes.filter((node) => node.id !== "finance") };
}

export function handlers(house: House) {
  const posted = async (request: Request, path: string): Promise<void> => {
    house.posted.push({ path, body: await request.json() });
  };
  const find = (id: unknown) => house.migrations.find((one) => one.id === id);
  return [
    http.get(`${FLOW}/versions`, () =>
      HttpResponse.json({
        results: [version(2, { status: "live", running: 1 }), version(1, { running: 6 })],
      }),
    ),
    http.get(`${FLOW}/versions/:number`, ({ params }) => {
      const number = Number(params["number"]);
      return HttpResponse.json({ ...version(number, {}), graph: graphOf(number), layout: {} });
    }),
    http.get(`${FLOW}/migrations`, () => HttpResponse.json({ results: house.migrations, next: null })),
    http.post(`${FLOW}/migrations`, async ({ request }) => {
      await posted(request, "plan");
      house.migrations = [aMigration(), ...house.migrations];
      return HttpResponse.json(house.migrations[0], { status: 201 });
    }),
    http.get(`${FLOW}/migrations/:id`, ({ params }) => HttpResponse.json(find(params["id"]))),
    http.get(`${FLOW}/migrations/:id/runs`, ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      house.asked.push(search);
      const results = house.runs.filter((run) =>
        (["verdict", "status"] as const).every((name) => (searchParams.get(name) ?? run[name]) === run[name]),
      );
      return HttpResponse.json({ results, next: null });
    }),
    http.post(`${FLOW}/migrations/:id/run`, async ({ params, request }) => {
      await posted(request, `run ${String(params["id"])}`);
      const begun = { status: "running" as const, started_by: "林管理", started_at: AT, reason: "新版更快" };
      house.migrations = house.migrations.map((one) =>
        one.id === params["id"] ? { ...one, ...begun } : one,
      );
      return HttpResponse.json(find(params["id"]), { status: 202 });
    }),
    http.post(`${FLOW}/migrations/:id/undo`, async ({ params, request }) => {
      await posted(request, `undo ${String(params["id"])}`);
      const back = aMigration({
        id: "m2",
        from_version: 2,
        to_version: 1,
        undoes: "m1",
        counts: { quiet: 4, disturbed: 0, hindered: 0, pending: 4, migrated: 0, stayed: 0 },
        reasons: [],
      });
      house.migrations = [back, ...house.migrations];
      return HttpResponse.json(back, { status: 201 });
    }),
  ];
}
