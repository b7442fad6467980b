/** Time-outs in a row: each counts from the one before and then does one thing. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, textOf, without } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { TargetSelect } from "./AssigneesWidget";
import { DurationInput } from "./DurationInput";
import styles from "./form.module.css";
import type { WidgetProps } from "./widgetProps";

const NEEDS_TARGET = new Set(["transfer", "escalate", "notify"]);
const MOST = 10;
const FIRST = { after: "PT120M", clock: "working", do: "transfer", to: [] };

export function TimeoutsWidget({ schema, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const steps = Array.isArray(value) ? value.filter(isRecord) : [];
  const verbs = (schema.ui?.options ?? []).map((one) => ({
    value: one.value,
    label: textOf(one.label, currentLanguage()),
  }));
  const replace = (at: number, step: Record<string, unknown>): void => onChange(steps.with(at, step));
  const remove = (at: number): void => {
    const rest = steps.toSpliced(at, 1);
    onChange(rest.length > 0 ? rest : undefined);
  };
  return (
    <div className={styles.steps}>
      {steps.map((step, at) => (
        <TimeoutStep
          key={at}
          number={at + 1}
          step={step}
          verbs={verbs}
          onChange={(next) => replace(at, next)}
          onRemove={() => remove(at)}
        />
      ))}
      {steps.length < MOST && (
        <Button
          type="dashed"
          block
          icon={<PlusOutlined aria-hidden />}
          onClick={() => onChange([...steps, FIRST])}
        >
          {steps.length === 0 ? t("timeouts.first") : t("timeouts.more")}
        </Button>
      )}
    </div>
  );
}

interface StepProps {
  number: number;
  step: Record<string, unknown>;
  verbs: { value: string; label: string }[];
  onChange: (step: Record<string, unknown>) => void;
  onRemove: () => void;
}

function TimeoutStep({ number, step, verbs, onChange, onRemove }: StepProps): ReactElement {
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
  const name = t("timeouts.step", { number });
  const setVerb = (next: string): void => {
    const kept = { ...step, do: next };
    onChange(NEEDS_TARGET.has(next) ? kept : without(kept, "to"));
  };
  return (
    <div className={styles.step} role="group" aria-label={name}>
      <div className={styles.stepHead}>
        <span>{name}</span>
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t("timeouts.remove", { number })}
          onClick={onRemove}
        />
      </div>
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
          size="small"
          value={step["to"]}
          onChange={(to) => onChange({ ...step, to })}
        />
      )}
    </div>
  );
}
