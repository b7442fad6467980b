/** The sentences of all changes that the server can find, in both languages. */
import i18next from "i18next";
import { expect, test } from "vitest";
import type { GraphChange } from "@/api/types";
import type { Speech } from "@/graph/describe";
import { refundGraph } from "@/graph/graphs.fixture";
import { NODE_TYPES } from "@/graph/nodeTypes.fixture";
import { setLanguage } from "@/i18n";
import { changeText, signOf } from "./changeText";

const FINANCE = { id: "finance", type: "approval", name: { zh: "财务复核", en: "Finance review" } };
const OPS = { id: "ops", type: "approval", name: { zh: "运营终审", en: "Operations" } };
const END = { id: "end", type: "end", name: { zh: "", en: "" } };
const SMALL = { port: "small", name: { zh: "小额", en: "Small" } };
const LARGE = { port: "large", name: {} };

async function said(language: string, ...changes: Partial<GraphChange>[]): Promise<string[]> {
  await setLanguage(language as "en");
  const speech: Speech = {
    language,
    say: (key, params) => i18next.t(`graph:${key}`, { ...params }),
    nameOf: (_kind, key) => ({ finance: "财务部", backup: "备选组" })[key] ?? key,
    types: new Map(NODE_TYPES.map((info) => [info.type, info])),
  };
  const words = {
    speech,
    variables: refundGraph().variables,
    say: (key: string, params?: Record<string, string | number>) =>
      i18next.t(`designer:change.${key}`, { ...params }),
  };
  return changes.map((change) => changeText({ code: "", path: [], params: {}, ...change }, words));
}

const SHORTER: Partial<GraphChange> = {
  code: "setting.changed",
  node: "finance",
  path: ["timeouts", 0, "after"],
  params: { step: FINANCE, before: "PT120M", after: "PT90M" },
};

test("a time-out that became shorter is said with both durations, in both languages", async () => {
  expect(await said("zh-CN", SHORTER)).toEqual([
    "「财务复核」:超时 · 第 1 项 · 时间由「120 分钟」改为「90 分钟」",
  ]);
  expect((await said("en", SHORTER))[0]).toMatch(
    /^"Finance review": .+ · no\. 1 · time changed from "120 min" to "90 min"$/,
  );
});

test("steps, branches and lines are said by the names that people read", async () => {
  const changes: Partial<GraphChange>[] = [
    { code: "node.added", params: { step: OPS, previous: FINANCE, next: END } },
    { code: "node.added", params: { step: OPS } },
    { code: "node.removed", params: { step: OPS } },
    { code: "node.renamed", params: { step: OPS, before: FINANCE, after: OPS } },
    {
      code: "branch.condition",
      params: { step: OPS, branch: SMALL, before: "", after: "${refundAmount} < 5 CNY" },
    },
    { code: "branch.reordered", params: { step: OPS, before: [SMALL, LARGE], after: [LARGE, SMALL] } },
    { code: "branch.renamed", params: { step: OPS, before: LARGE, after: SMALL } },
    { code: "edge.rerouted", params: { step: FINANCE, port: "rejected", before: END, after: OPS } },
    { code: "edge.rounds", params: { step: FINANCE, port: "rejected", before: 2, after: 5 } },
    {
      code: "variable.retyped",
      params: { name: "n", label: { zh: "件数", en: "" }, before: "text", after: "integer" },
    },
  ];

  expect(await said("zh-CN", ...changes)).toEqual([
    "在「财务复核」与「结束」之间新增「运营终审」",
    "新增「运营终审」",
    "删除「运营终审」",
    "「财务复核」改名为「运营终审」",
    "「运营终审」的分支「小额」:条件由「空」改为「退款金额 < ¥5.00」",
    "「运营终审」的分支换了判断顺序,现在是:large、小额",
    "「运营终审」的分支「large」改名为「小额」",
    "「财务复核」的「驳回」由去「结束」改为去「运营终审」",
    "「财务复核」最多退回的轮数由 2 改为 5",
    "变量「件数」的类型由 text 改为 integer",
  ]);
});

test("values are said in words, whatever they are", async () => {
  const set = (path: (string | number)[], after: unknown): Partial<GraphChange> => ({
    code: "setting.set",
    path,
    params: { step: FINANCE, after },
  });

  const texts = await said(
    "zh-CN",
    set(["assign"], [{ kind: "group", group: "finance" }]),
    set(["mode"], "all"),
    set(["timeouts", 1, "clock"], "working"),
    set(["strict"], true),
    set(["ceiling"], { amount: "30.00", currency: "CNY" }),
    set(["note"], null),
    {
      code: "item.added",
      path: ["timeouts", 1],
      params: { step: FINANCE, after: { after: "PT1H", do: "remind" } },
    },
  );

  expect(texts.map((text) => text.replace(/^「财务复核」:/, ""))).toEqual([
    expect.stringMatching(/设为「财务部」$/),
    expect.stringMatching(/设为「会签」$/),
    "超时 · 第 2 项 · 计时方式设为「工作时间」",
    "strict设为「是」",
    "ceiling设为「¥30.00」",
    "note设为「空」",
    "超时 · 第 2 项新增「1 小时未处理 → 催办」",
  ]);
});

test("what came, what went and what changed have signs of their own", () => {
  const signs = ["node.added", "setting.set", "branch.removed", "setting.cleared", "edge.rerouted"].map(
    (code) => signOf({ code, path: [], params: {} }),
  );

  expect(signs).toEqual(["+", "+", "-", "-", "~"]);
});
