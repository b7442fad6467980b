/** The settings of a step that says itself how a failure is met, as the server describes them. */
import type { JsonSchema } from "@/api/documents";

export const FAILURE_FIELDS: Record<string, JsonSchema> = {
  on_error: {
    type: "array",
    maxItems: 20,
    ui: { widget: "errors", label: { zh: "出错时走", en: "When it fails" }, group: "after" },
  },
  retry: { ui: { widget: "retry", label: { zh: "自动重试", en: "Try again" }, group: "advanced" } },
};
