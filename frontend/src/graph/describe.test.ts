import { expect, test } from "vitest";
import i18next from "i18next";
import { setLanguage } from "@/i18n";
import { describeBranch, describeNode, type Speech } from "./describe";
import { nodeOf } from "./document";
import { readableExpression } from "./expressionText";
import { refundGraph } from "./graphs.fixture";
import { NODE_TYPES } from "./nodeTypes.fixture";

const NAMES: Record<string, string> = { finance: "财务部", "finance-backup": "部门负责人备选组" };

function speech(language: string): Speech {
  return {
    language,
    say: (key, params) => i18next.t(`graph:${key}`, { ...params }),
    nameOf: (_kind, key) => NAMES[key] ?? key,
    types: new Map(NODE_TYPES.map((info) => [info.type, info])),
  };
}

test("a card says who, how many, and what happens when nobody acts", async () => {
  const graph = refundGraph();
  const finance = nodeOf(graph, "finance")!;

  const zh = describeNode(finance, graph, speech("zh-CN"));
  await setLanguage("en");
  const en = describeNode(finance, graph, speech("en"));

  expect(zh).toMatchObject({ title: "财务复核", sentence: "财务部 · 或签", missing: null });
  expect(zh.chips).toEqual([{ kind: "timeout", text: "120 分钟未处理 → 转「部门负责人备选组」" }]);
  expect(en).toMatchObject({ title: "Finance review", sentence: "财务部 · any one" });
  expect(en.chips[0]?.text).toBe('After 120 min → "部门负责人备选组"');
});

test("a card names approvers who depend on the run, each kind in its own words", async () => {
  const graph = refundGraph();
  const who = (target: Record<string, unknown>, language: string) =>
    describeNode(
      { id: "x", type: "approval", config: { assign: [target] } },
      graph,
      speech(language),
    ).sentence.split(" · ")[0];
  const group = { kind: "group", group: "finance" };
  const kinds: [Record<string, unknown>, string, string][] = [
    [{ kind: "role", role: "approver" }, "全体审批人", "All approvers"],
    [{ kind: "department_head", level: 2 }, "第 2 级主管", "Manager, level 2"],
    [{ kind: "department_head", level: 1, levels: 3 }, "第 1–3 级主管", "Managers, levels 1–3"],
    [
      { kind: "department_head", level: 1, heads: "all" },
      "第 1 级主管(全部)",
      "Manager, level 1 (all of them)",
    ],
    [
      { kind: "department_head", heads: "present" },
      "第 1 级主管(在岗的一位)",
      "Manager, level 1 (the one who is there)",
    ],
    [{ kind: "field", variable: "refundAmount" }, "由「退款金额」指定", 'Named by "Refund amount"'],
    [
      { kind: "expression", rules: [{ to: [group] }], otherwise: [group] },
      "按条件(财务部)",
      "By condition (财务部)",
    ],
    [{ kind: "requester_choice", pool: [group] }, "发起人自选(财务部)", "Requester chooses (财务部)"],
    [{ kind: "requester" }, "发起人", "Requester"],
  ];

  expect(kinds.map(([target]) => who(target, "zh-CN"))).toEqual(kinds.map(([, zh]) => zh));
  await setLanguage("en");
  expect(kinds.map(([target]) => who(target, "en"))).toEqual(kinds.map(([, , en]) => en));
});

test("a card says what is enough in a vote, and that some are asked in turn", async () => {
  const graph = refundGraph();
  const config = nodeOf(graph, "finance")!.config;
  const said = (more: Record<string, unknown>, language: string) =>
    describeNode({ id: "x", type: "approval", config: { ...config, ...more } }, graph, speech(language))
      .sentence;

  expect(said({ mode: "vote", vote: { approve: "2/3" } }, "zh-CN")).toBe("财务部 · 票签:至少 2/3 同意");
  expect(said({ mode: "vote", vote: { approve: "3" } }, "zh-CN")).toBe("财务部 · 票签:3 票同意");
  expect(said({ mode: "vote" }, "zh-CN")).toBe("财务部 · 票签:超过 1/2 同意");
  expect(said({ mode: "sequence" }, "zh-CN")).toBe("财务部 · 依次审批");
  await setLanguage("en");
  expect(said({ mode: "vote", vote: { approve: ">1/2" } }, "en")).toBe("财务部 · more than 1/2 agree");
  expect(said({ mode: "sequence" }, "en")).toBe("财务部 · in sequence");
});

test("a message says whom it tells, by which ways, and what", async () => {
  const graph = refundGraph();
  const config = {
    to: [{ kind: "group", group: "finance" }],
    requester: true,
    mail: "post",
    robots: [{ connection: "ops" }],
    title_zh: "退款 ${refundAmount}",
  };
  const said = (more: Record<string, unknown>, language = "zh-CN") =>
    describeNode({ id: "x", type: "notify", config: more }, graph, speech(language));

  expect(said(config).sentence).toBe("告诉财务部、发起人、ops · 站内、邮件、群消息:退款 {退款金额}");
  expect(said({ robots: [{ connection: "ops" }] }).sentence).toBe("告诉ops · 群消息");
  expect(said({ in_app: false }).missing).toBe("选择通知谁");
  await setLanguage("en");
  expect(said({ to: config.to, title_en: "Paid" }, "en").sentence).toBe("Tells 财务部 · in the house: Paid");
});

test("a step that withdraws others names them", () => {
  const graph = refundGraph();
  const drop = { id: "x", type: "cancel_region", config: { nodes: ["finance", "gone"] } };

  expect(describeNode(drop, graph, speech("zh-CN")).sentence).toBe("撤回 财务复核、gone");
  expect(describeNode({ ...drop, config: {} }, graph, speech("zh-CN")).missing).toBe("请选择步骤");
});

test("what is not filled in is asked for", () => {
  const graph = refundGraph();
  const approval = { id: "x", type: "approval", config: { assign: [] } };

  expect(describeNode(approval, graph, speech("zh-CN"))).toMatchObject({
    title: "审批",
    missing: "请选择审批人",
  });
});

test("of an inclusive condition no branch comes first, and its join waits for what was taken", () => {
  const graph = refundGraph();
  const fork = { id: "x", type: "inclusive", config: { branches: [{ port: "a", when: "true" }] } };
  const join = { id: "y", type: "inclusive", config: { branches: [] } };

  expect(describeNode(fork, graph, speech("zh-CN")).sentence).toBe("满足条件的分支都走");
  expect(describeNode(join, graph, speech("zh-CN")).sentence).toBe("等走了的分支到齐");
  expect(describeBranch(fork, "a", graph, speech("zh-CN"))).toMatchObject({ rank: null, missing: null });
});

test("a wait for a message says which, about what, and how long", () => {
  const graph = refundGraph();
  const config = { message: "shipped", key: "${refundAmount}", within: "PT2H" };

  const face = describeNode({ id: "x", type: "message", config }, graph, speech("zh-CN"));

  expect(face).toMatchObject({ sentence: "等「shipped」,退款金额 要一致", missing: null });
  expect(face.chips).toEqual([{ kind: "timeout", text: "最多等 2 小时" }]);
  expect(describeNode({ id: "x", type: "message", config: {} }, graph, speech("zh-CN")).missing).toBe(
    "请填写消息名称",
  );
});

test("a choice by events says what it waits for, and each way out what opens it", () => {
  const graph = refundGraph();
  const branches = [
    { port: "came", name: { zh: "到货" }, on: "message", message: "shipped", key: "${refundAmount}" },
    { port: "closed", on: "message", message: "closed" },
    { port: "late", name: { zh: "超时" }, on: "time", after: "P1D" },
    { port: "new", on: "message", message: "" },
  ];
  const node = { id: "x", type: "event_choice", config: { branches } };
  const zh = speech("zh-CN");

  expect(describeNode(node, graph, zh)).toMatchObject({
    ...{ title: "等先到的事件", sentence: "先到为准:「shipped」、「closed」、1 天", accent: "condition" },
  });
  const said = branches.map(({ port }) => describeBranch(node, port, graph, zh));
  expect(said).toEqual([
    { rank: null, name: "到货", condition: "收到「shipped」,退款金额 要一致", missing: null },
    { rank: null, name: "分支 2", condition: "收到「closed」", missing: null },
    { rank: null, name: "超时", condition: "满 1 天", missing: null },
    { rank: null, name: "分支 4", condition: "", missing: "请填写消息名称" },
  ]);
});

test("a branch says its rank and its condition, otherwise says what it is", () => {
  const graph = refundGraph();
  const small = nodeOf(graph, "small")!;

  expect(describeBranch(small, "small", graph, speech("zh-CN"))).toEqual({
    rank: 1,
    name: "小额直通",
    condition: "退款金额 < 订单金额 的 30%",
    missing: null,
  });
  expect(describeBranch(small, "otherwise", graph, speech("zh-CN"))).toMatchObject({
    rank: null,
    name: "否则",
  });
});

test("conditions are shown with labels and signs", () => {
  const { variables } = refundGraph();

  expect(readableExpression("${refundAmount} >= ${orderTotal} * 30% and ${x} != 1", variables, "zh-CN")).toBe(
    "退款金额 ≥ 订单金额 的 30% 且 x ≠ 1",
  );
  expect(readableExpression("${refundAmount} > 1250.5 CNY or ${x} == 3 USD", variables, "zh-CN")).toBe(
    "退款金额 > ¥1,250.50 或 x = $3.00",
  );
  expect(readableExpression("${refundAmount} < ${orderTotal} * 0.125", variables, "en")).toBe(
    "Refund amount < Order total × 12.5%",
  );
});

test("a decision table says how many rules set which fields, and asks for rules while it has none", () => {
  const graph = refundGraph();
  const said = (table: unknown) =>
    describeNode({ id: "x", type: "decision_table", config: { table } }, graph, speech("zh-CN"));
  const outputs = [{ variable: "refundAmount" }, { variable: "score" }];
  const rules = [{ when: ["-"], then: ["1.00 CNY", "1"] }];

  expect(said({ outputs, rules: [...rules, ...rules] })).toMatchObject({
    title: "决策表",
    sentence: "2 条规则 → 退款金额、score",
    missing: null,
  });
  expect(said({ outputs, rules: [] }).missing).toBe("请填写规则");
  expect(said(undefined).missing).toBe("请填写规则");
});

test("a mapping says which fields it sets, by their labels, and asks for one while it sets none", () => {
  const graph = refundGraph();
  const assign = [
    { variable: "refundAmount", value: "${orderTotal} * 0.3" },
    { variable: "score", value: "1 + 1" },
    { variable: "late", value: "" },
  ];
  const said = (config: Record<string, unknown>) =>
    describeNode({ id: "x", type: "mapping", config }, graph, speech("zh-CN"));

  expect(said({ assign })).toMatchObject({
    title: "数据映射",
    sentence: "退款金额 = 订单金额 的 30%;score = 1 + 1",
    missing: null,
  });
  expect(said({ assign: [{ variable: "late", value: "" }] }).missing).toBe("请设置要计算的字段");
});

test("a request says whom it asks for what, and asks for what is missing", () => {
  const graph = refundGraph();
  const request = (config: Record<string, unknown>) =>
    describeNode({ id: "x", type: "http_request", config }, graph, speech("zh-CN"));

  expect(request({})).toMatchObject({ title: "HTTP 请求", missing: "请选择连接" });
  expect(request({ connection: "erp" })).toMatchObject({ missing: "请填写路径" });
  expect(request({ connection: "erp", path: "/refunds/${refundAmount}?at=${gone}" })).toMatchObject({
    sentence: "GET erp /refunds/{退款金额}?at={gone}",
    icon: "request",
    missing: null,
  });
});

test("a step that calls a flow says which, for each of what, and how", () => {
  const graph = refundGraph();
  const said = (type: string, config: Record<string, unknown>) =>
    describeNode({ id: "x", type, config }, graph, speech("zh-CN"));

  expect(said("subflow", { flow: "packing" })).toMatchObject({
    title: "子流程",
    sentence: "调用 packing,等它结束",
  });
  expect(said("subflow", { flow: "packing", wait: false }).sentence).toBe("调用 packing,不等");
  expect(said("subflow", {}).missing).toBe("请选择要调用的流程");
  const each = { list: "refundAmount", flow: "packing" };
  expect(said("for_each", each).sentence).toBe("对「退款金额」的每一项调用 packing");
  expect(said("for_each", { ...each, order: "sequence" }).sentence).toBe(
    "对「退款金额」的每一项调用 packing · 一个接一个",
  );
  expect(said("for_each", { ...each, at_once: 3 }).sentence).toBe(
    "对「退款金额」的每一项调用 packing · 最多同时 3 个",
  );
  expect(said("for_each", { flow: "packing" }).missing).toBe("请选择列表字段");
});

test("a card says where a rejection returns the run to, and nothing while it leaves by its exit", async () => {
  const graph = refundGraph();
  const ops = nodeOf(graph, "ops")!;
  const chips = (rule: unknown, language = "zh-CN") =>
    describeNode(
      { ...ops, config: { ...ops.config, timeouts: [], on_reject: rule } },
      graph,
      speech(language),
    ).chips;

  expect(chips({ to: "finance", resume: "back" })).toEqual([
    { kind: "reject", text: "↩ 驳回 → 退回「财务复核」" },
  ]);
  expect(chips({ to: "previous" })).toEqual([{ kind: "reject", text: "↩ 驳回 → 退回上一个审批" }]);
  expect(chips({ to: "port" })).toEqual([]);
  expect(chips(undefined)).toEqual([]);
  await setLanguage("en");
  expect(chips({ to: "finance" }, "en")[0]?.text).toBe('↩ Rejected → back to "Finance review"');
});
