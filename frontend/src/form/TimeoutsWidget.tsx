/** Time-outs in a row: each counts from the one before and then does one thing. */
import { Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, textOf, without } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { TargetSelect } from "./TargetSelect";
import { DurationInput } from "./DurationInput";
import styles from "./form.module.css";
import { RowList } from "./RowList";
import type { WidgetProps } from "./widgetProps";

const NEEDS_TARGET = new Set(["transfer", "escalate", "notify"]);
const MOST = 10;
const HANDED_TO = ["department_head", "role", "field"];
const FIRST: Record<string, unknown> = { after: "PT120M", clock: "working", do: "transfer", to: [] };

export function TimeoutsWidget({ schema, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const steps = Array.isArray(value) ? value.filter(isRecord) : [];
  const verbs = (schema.ui?.options ?? []).map((one) => ({
    value: one.value,
    label: textOf(one.label, currentLanguage()),
  }));
  return (
    <RowList
      rows={steps}
      most={MOST}
      words={{
        add: steps.length === 0 ? t("timeouts.first") : t("timeouts.more"),
        name: (number) => t("timeouts.step", { number }),
        remove: (number) => t("timeouts.remove", { number }),
      }}
      fresh={FIRST}
      onChange={onChange}
    >
      {(step, change) => <TimeoutStep step={step} verbs={verbs} onChange={change} />}
    </RowList>
  );
}

interface StepProps {
  step: Record<string, unknown>;
  verbs: { value: string; label: string }[];
  onChange: (step: Record<string, unknown>) => void;
}

function TimeoutStep({ step, verbs, onChange }: StepProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const verb = typeof step["do"] === "string" ? step["do"] : "transfer";
  const clocks = (["working", "wall"] as const).map((one) => ({ value: one, label: t(`clock.${one}`) }));
  const known =
    verbs.length > 0
      ? verbs
      : (["remind", "transfer", "approve", "reject"] as const).map((one) => ({
          value: one,
          label: t(`verb.${one}`),
        }));
  const setVerb = (next: string): void => {
    const kept = { ...step, do: next };
    onChange(NEEDS_TARGET.has(next) ? kept : without(kept, "to"));
  };
  return (
    <>
      <div className={styles.row}>
        <div className="grow">
          <label className="visually-hidden" htmlFor={`${id}-after`}>
            {t("timeouts.after")}
          </label>
          <DurationInput
            id={`${id}-after`}
            size="small"
            value={String(step["after"] ?? "")}
            onChange={(after) => onChange({ ...step, after })}
          />
        </div>
        <Select
          aria-label={t("timeouts.clock")}
          size="small"
          style={{ width: 100 }}
          value={step["clock"] === "wall" ? "wall" : "working"}
          options={clocks}
          onChange={(clock: string) => onChange({ ...step, clock })}
        />
      </div>
      <Select aria-label={t("timeouts.do")} size="small" value={verb} options={known} onChange={setVerb} />
      {NEEDS_TARGET.has(verb) && (
        <TargetSelect
          id={`${id}-to`}
          label={t("timeouts.to")}
          kinds={HANDED_TO}
          size="small"
          value={step["to"]}
          onChange={(to) => onChange({ ...step, to })}
        />
      )}
    </>
  );
}
