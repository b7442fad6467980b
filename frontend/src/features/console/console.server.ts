/** The server's side of the console in tests: it remembers what was asked of it. */
import { http, HttpResponse } from "msw";
import type { AuditEntry, HistoryEntry, Letter, PathAhead, TaskReasons } from "@/api/types";
import type { Run } from "./api/instance";
import { anEntry } from "./console.fixture";

export type House = {
  runs: Run[];
  history: HistoryEntry[];
  audit: AuditEntry[];
  /** Who would be asked at every step still ahead. */
  ahead: PathAhead;
  /** Why whom was asked, by task. */
  reasons: TaskReasons[];
  /** Dead letters; what is asked of one takes it away. */
  letters: Letter[];
  /** Query strings of the lists, in order. */
  asked: string[];
  previews: { path: string; body: unknown }[];
  applied: { path: string; body: unknown }[];
  /** Effects of the next previews. */
  effects: { kind: string; node: string | null; params: Record<string, unknown> }[];
  /** How often applying is refused because the run has moved on. */
  stale: number;
};

export const NOTHING_AHEAD: PathAhead = { ending: "completed", is_cut_off: false, stops: [] };

const API = "*/api/v1";

export function problem(status: number, code: string, fields: Record<string, unknown> = {}) {
  return HttpResponse.json(
    { type: "about:blank", title: code, status, code, detail: `Refused: ${code}.`, errors: [], ...fields },
    { status, headers: { "Content-Type": "application/problem+json", "X-Request-Id": "8F3A" } },
  );
}

const none = () => HttpResponse.json({ results: [], next: null });

function lists(house: House) {
  return [
    http.get(`${API}/instances`, ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      house.asked.push(search);
      const status = searchParams.get("status");
      const subject = searchParams.get("subject") ?? "";
      const results = house.runs
        .filter((run) => searchParams.get("stuck") !== "true" || run.stuck !== null)
        .filter((run) => status === null || run.status === status)
        .filter((run) => String(run.subject.title).startsWith(subject));
      return HttpResponse.json({ results, next: null });
    }),
    http.get(`${API}/audit`, ({ request }) => {
      house.asked.push(new URL(request.url).search);
      return HttpResponse.json({ results: house.audit, next: null });
    }),
    http.get(`${API}/messages`, () => HttpResponse.json({ results: house.letters, next: null })),
    http.get(`${API}/definitions`, none),
    http.get(`${API}/definitions/:id/versions/:number`, () =>
      HttpResponse.json({ version: 2, graph: house.runs[0]?.graph }),
    ),
    http.get(`${API}/node-types`, none),
    http.get(`${API}/groups`, none),
    http.get(`${API}/triggers`, () =>
      HttpResponse.json({
        results: [
          {
            key: "refund.requested",
            title: { zh: "退款申请", en: "Refund requested" },
            variables: [
              { name: "refundAmount", type: "money", label: { zh: "金额", en: "Amount" } },
              { name: "orderNo", type: "text", label: { zh: "下单编号", en: "Order no." } },
            ],
          },
        ],
      }),
    ),
    http.get(`${API}/people`, () =>
      HttpResponse.json({
        results: [{ id: "7", username: "cs1", display_name: "周客服", department: null }],
        next: null,
      }),
    ),
  ];
}

export function consoleHandlers(house: House) {
  const find = (id: unknown) => house.runs.find((run) => run.id === id);
  return [
    ...lists(house),
    http.get(`${API}/instances/:id`, ({ params }) => {
      const run = find(params["id"]);
      return run ? HttpResponse.json(run) : problem(404, "instance.unknown");
    }),
    http.get(`${API}/instances/:id/history`, () => HttpResponse.json({ results: house.history })),
    http.get(`${API}/instances/:id/ahead`, () => HttpResponse.json(house.ahead)),
    http.get(`${API}/instances/:id/reasons`, () => HttpResponse.json({ results: house.reasons })),
    http.post(`${API}/messages/:id/:kind`, async ({ params, request }) => {
      const body = (await request.json()) as { payload?: unknown };
      house.applied.push({ path: `messages/${String(params["id"])}/${String(params["kind"])}`, body });
      if (typeof body.payload === "object") return problem(422, "message.payload_unfit");
      house.letters = house.letters.filter((letter) => String(letter.id) !== params["id"]);
      if (params["kind"] === "discard") return new HttpResponse(null, { status: 204 });
      return HttpResponse.json({ taken_by: ["r1"], kept_until: null, to_follow: 0 });
    }),
    http.post(`${API}/instances/:id/:kind/preview`, async ({ params, request }) => {
      const body = await request.json();
      house.previews.push({ path: `${String(params["id"])}/${String(params["kind"])}`, body });
      const target = (body as { target?: string }).target ?? null;
      const token = `token-${house.previews.length}`;
      return HttpResponse.json({ effects: house.effects, token, from: ["finance"], target });
    }),
    http.post(`${API}/instances/:id/:kind`, async ({ params, request }) => {
      const body = (await request.json()) as { reason: string };
      house.applied.push({ path: `${String(params["id"])}/${String(params["kind"])}`, body });
      if (house.stale > 0) {
        house.stale -= 1;
        return problem(409, "force.stale_token");
      }
      house.audit.push(anEntry({ reason: body.reason }));
      return HttpResponse.json({ instance: find(params["id"]) });
    }),
  ];
}
