/** The rules of a vote: what is enough to approve and to reject, of what, when it ends, and whose voice weighs more. */
import { Checkbox, InputNumber, Select } from "antd";
import { type ReactElement, type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, without } from "@/graph/document";
import { TargetSelect } from "./TargetSelect";
import styles from "./form.module.css";
import { RowList } from "./RowList";
import { FULL } from "./sizes";
import { ThresholdInput } from "./ThresholdInput";
import type { WidgetProps } from "./widgetProps";

type Vote = Record<string, unknown>;

const MOST_VOICES = 50;
const NOBODY_ELSE: readonly string[] = [];
const FRESH_VOICE: Vote = { who: undefined, weight: 2 };

export function VoteWidget({ id, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const vote: Vote = isRecord(value) ? value : {};
  const set = (name: string, next: unknown): void =>
    onChange(next === undefined ? without(vote, name) : { ...vote, [name]: next });
  const rejects = typeof vote["reject"] === "string";
  return (
    <div className={styles.steps} id={id}>
      <Part label={t("vote.approve")}>
        <ThresholdInput
          label={t("vote.approve")}
          value={vote["approve"]}
          onChange={(text) => set("approve", text)}
        />
      </Part>
      <Checkbox
        checked={rejects}
        onChange={(event) => set("reject", event.target.checked ? "1/2" : undefined)}
      >
        {t("vote.ownReject")}
      </Checkbox>
      {rejects ? (
        <Part label={t("vote.reject")}>
          <ThresholdInput
            label={t("vote.reject")}
            value={vote["reject"]}
            onChange={(text) => set("reject", text)}
          />
        </Part>
      ) : (
        <p className={styles.help}>{t("vote.noReject")}</p>
      )}
      <Choice
        label={t("vote.of")}
        value={vote["of"] === "opened" ? "opened" : "asked"}
        options={["asked", "opened"]}
        say={(one) => t(`vote.ofWhat.${one}`)}
        onChange={(next) => set("of", next === "asked" ? undefined : next)}
      />
      <Choice
        label={t("vote.finish")}
        value={vote["finish"] === "everyone" ? "everyone" : "early"}
        options={["early", "everyone"]}
        say={(one) => t(`vote.finishes.${one}`)}
        onChange={(next) => set("finish", next === "early" ? undefined : next)}
      />
      <Checkbox
        checked={vote["abstain"] === true}
        onChange={(event) => set("abstain", event.target.checked ? true : undefined)}
      >
        {t("vote.abstain")}
      </Checkbox>
      <Voices value={vote["voices"]} onChange={(voices) => set("voices", voices)} />
    </div>
  );
}

function Part({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div role="group" aria-label={label} className={styles.field}>
      <span className={styles.help}>{label}</span>
      {children}
    </div>
  );
}

function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly Value[];
  say: (value: Value) => string;
  onChange: (value: Value) => void;
}): ReactElement {
  return (
    <div className={styles.field}>
      <span className={styles.help} aria-hidden>
        {props.label}
      </span>
      <Select
        aria-label={props.label}
        size="small"
        style={FULL}
        value={props.value}
        options={props.options.map((one) => ({ value: one, label: props.say(one) }))}
        onChange={props.onChange}
      />
    </div>
  );
}

function Voices({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }): ReactElement {
  const { t } = useTranslation("form");
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return (
    <RowList<Vote>
      rows={rows}
      most={MOST_VOICES}
      words={{
        add: t("vote.voices.add"),
        name: (number) => t("vote.voices.name", { number }),
        remove: (number) => t("vote.voices.remove", { number }),
      }}
      fresh={FRESH_VOICE}
      onChange={onChange}
    >
      {(row, change) => <Voice voice={row} onChange={change} />}
    </RowList>
  );
}

function Voice({ voice, onChange }: { voice: Vote; onChange: (voice: Vote) => void }): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const flag = (name: "veto" | "must"): ReactElement => (
    <Checkbox
      checked={voice[name] === true}
      onChange={(event) => onChange(event.target.checked ? { ...voice, [name]: true } : without(voice, name))}
    >
      {t(`vote.voices.${name}`)}
    </Checkbox>
  );
  return (
    <>
      <TargetSelect
        id={`${id}-who`}
        label={t("vote.voices.who")}
        size="small"
        kinds={NOBODY_ELSE}
        value={isRecord(voice["who"]) ? [voice["who"]] : []}
        onChange={(list) => onChange({ ...voice, who: Array.isArray(list) ? list.at(-1) : undefined })}
      />
      <InputNumber
        aria-label={t("vote.voices.weight")}
        prefix={t("vote.voices.weight")}
        size="small"
        style={FULL}
        min={1}
        max={1000}
        precision={0}
        value={typeof voice["weight"] === "number" ? voice["weight"] : 1}
        onChange={(weight) => weight !== null && onChange({ ...voice, weight })}
      />
      {flag("veto")}
      {flag("must")}
    </>
  );
}
