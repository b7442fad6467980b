/** Node types for tests, in the shape of GET /node-types. */
import { FAILURE_FIELDS } from "./failureFields.fixture";
import type { NodeTypeInfo } from "@/api/types";

const base = {
  description: { zh: "", en: "" },
  category: "control" as const,
  max_incoming: null,
  is_start: false,
  is_end: false,
  default_config: {},
  config_schema: { type: "object", properties: {} },
};
const out = { kind: "fixed" as const, ports: [{ port: "out", name: { zh: "", en: "" } }] };

export const NODE_TYPES: NodeTypeInfo[] = [
  { ...base, type: "start", title: { zh: "开始", en: "Start" }, icon: "play", ports: out, is_start: true },
  {
    ...base,
    type: "end",
    title: { zh: "结束", en: "End" },
    icon: "stop",
    ports: { kind: "none" },
    is_end: true,
  },
  {
    ...base,
    type: "terminate",
    title: { zh: "全部结束", en: "End everything" },
    icon: "terminate",
    ports: { kind: "none" },
    is_end: true,
  },
  {
    ...base,
    type: "exclusive",
    title: { zh: "条件分支", en: "Condition" },
    description: { zh: "按条件只走一条路", en: "Takes exactly one way, by conditions" },
    icon: "branch",
    ports: { kind: "branches", field: "branches", otherwise: true, joined: false },
    config_schema: {
      type: "object",
      properties: {
        branches: {
          type: "array",
          ui: { widget: "branches", label: { zh: "条件分支", en: "Branches" }, group: "when" },
        },
      },
    },
  },
  {
    ...base,
    type: "parallel",
    title: { zh: "并行", en: "Parallel" },
    icon: "parallel",
    ports: { kind: "branches", field: "branches", otherwise: false, joined: true },
  },
  {
    ...base,
    type: "inclusive",
    title: { zh: "多选分支", en: "Inclusive condition" },
    icon: "inclusive",
    ports: { kind: "branches", field: "branches", otherwise: true, joined: true },
  },
  {
    ...base,
    type: "event_choice",
    title: { zh: "等先到的事件", en: "First of several events" },
    icon: "event_choice",
    ports: { kind: "branches", field: "branches", otherwise: false, joined: false },
    default_config: {
      branches: [
        { port: "came", name: { zh: "收到消息", en: "Message came" }, on: "message", message: "" },
        { port: "late", name: { zh: "等不到", en: "Too late" }, on: "time", after: "PT24H" },
      ],
    },
    config_schema: {
      type: "object",
      properties: {
        branches: {
          type: "array",
          ui: {
            widget: "branches",
            label: { zh: "等待的事件", en: "Awaited events" },
            group: "when",
            columns: [
              {
                field: "on",
                widget: "select",
                label: { zh: "等什么", en: "Awaits" },
                options: [
                  { value: "message", label: { zh: "消息", en: "A message" } },
                  { value: "time", label: { zh: "时间到", en: "Time to pass" } },
                ],
              },
              {
                field: "message",
                widget: "text",
                label: { zh: "消息名称", en: "Message" },
                shown_for: { field: "on", value: "message" },
              },
              {
                field: "key",
                widget: "expression",
                label: { zh: "关联键", en: "Key" },
                shown_for: { field: "on", value: "message" },
              },
              {
                field: "into",
                widget: "variable",
                label: { zh: "内容存入字段", en: "Put its content into field" },
                shown_for: { field: "on", value: "message" },
              },
              {
                field: "after",
                widget: "duration",
                label: { zh: "等多久", en: "How long" },
                shown_for: { field: "on", value: "time" },
              },
            ],
          },
        },
      },
    },
  },
  {
    ...base,
    type: "delay",
    title: { zh: "等待", en: "Delay" },
    icon: "clock",
    ports: out,
    config_schema: {
      type: "object",
      properties: {
        after: {
          type: "string",
          ui: { widget: "duration", label: { zh: "等待多久", en: "How long" }, group: "when" },
        },
      },
      required: ["after"],
    },
  },
  {
    ...base,
    type: "message",
    title: { zh: "等待消息", en: "Wait for a message" },
    icon: "mail",
    ports: out,
  },
  {
    ...base,
    type: "mapping",
    title: { zh: "数据映射", en: "Map data" },
    description: { zh: "由已有字段算出新值", en: "Computes fields from other fields" },
    category: "data",
    icon: "equals",
    ports: out,
    config_schema: {
      type: "object",
      properties: {
        assign: {
          type: "array",
          ui: { widget: "assignments", label: { zh: "给字段赋值", en: "Set fields" }, group: "when" },
        },
      },
      required: ["assign"],
    },
  },
  {
    ...base,
    type: "http_request",
    title: { zh: "HTTP 请求", en: "HTTP request" },
    description: { zh: "调用外部系统并取回结果", en: "Calls another system and takes back what it answers" },
    category: "data",
    icon: "request",
    ports: out,
    config_schema: {
      type: "object",
      properties: {
        connection: {
          type: "string",
          ui: { widget: "connection", label: { zh: "连接", en: "Connection" }, group: "what" },
        },
        path: { type: "string", ui: { widget: "text", label: { zh: "路径", en: "Path" }, group: "what" } },
        body: {
          type: "array",
          maxItems: 100,
          ui: {
            widget: "rows",
            label: { zh: "请求内容(JSON)", en: "Body (JSON)" },
            group: "what",
            columns: [
              { field: "place", widget: "text", label: { zh: "位置", en: "Place" } },
              { field: "value", widget: "expression", label: { zh: "算式", en: "Expression" } },
            ],
          },
        },
        response: {
          type: "array",
          maxItems: 100,
          ui: {
            widget: "rows",
            label: { zh: "取回的字段", en: "Fields to take" },
            group: "after",
            columns: [
              { field: "place", widget: "text", label: { zh: "位置", en: "Place" } },
              { field: "variable", widget: "variable", label: { zh: "字段", en: "Field" } },
            ],
          },
        },
        success: {
          type: "string",
          default: "2xx",
          ui: {
            widget: "text",
            label: { zh: "算作成功的状态码", en: "Status codes that mean success" },
            group: "after",
          },
        },
      },
      required: ["connection", "path"],
    },
  },
  {
    ...base,
    type: "decision_table",
    title: { zh: "决策表", en: "Decision table" },
    description: { zh: "按规则表给字段赋值", en: "Sets fields by a table of rules" },
    category: "data",
    icon: "table",
    ports: out,
    config_schema: {
      type: "object",
      properties: {
        table: {
          type: "object",
          ui: { widget: "decision_table", label: { zh: "决策表", en: "Decision table" }, group: "when" },
        },
      },
      required: ["table"],
    },
  },
  {
    ...base,
    type: "approval",
    title: { zh: "审批", en: "Approval" },
    category: "approval",
    icon: "approval",
    ports: {
      kind: "fixed",
      ports: [
        { port: "approved", name: { zh: "通过", en: "Approved" } },
        { port: "rejected", name: { zh: "驳回", en: "Rejected" } },
        { port: "timed_out", name: { zh: "超时", en: "Timed out" } },
      ],
    },
    default_config: { assign: [], mode: "any" },
    config_schema: {
      type: "object",
      properties: {
        assign: {
          type: "array",
          ui: { widget: "assignees", label: { zh: "谁来审", en: "Who approves" }, group: "who" },
        },
        mode: {
          type: "string",
          ui: {
            widget: "select",
            label: { zh: "多人时", en: "With several people" },
            group: "who",
            options: [
              { value: "any", label: { zh: "或签", en: "Any one" } },
              { value: "all", label: { zh: "会签", en: "All" } },
            ],
          },
        },
        timeouts: {
          type: "array",
          ui: { widget: "timeouts", label: { zh: "超时", en: "Time-outs" }, group: "when" },
        },
      },
      required: ["assign"],
    },
  },
  {
    ...base,
    type: "orders.refund",
    title: { zh: "原路退款", en: "Refund" },
    description: { zh: "把钱退回付款账户", en: "Returns the money to its source" },
    category: "order",
    icon: "refund",
    ports: out,
    config_schema: { type: "object", properties: FAILURE_FIELDS },
  },
  {
    ...base,
    type: "orders.reject_refund",
    title: { zh: "拒绝退款", en: "Reject refund" },
    category: "order",
    icon: "reject",
    ports: out,
  },
];
