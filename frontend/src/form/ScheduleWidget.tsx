/** When a flow starts by itself: five fields of cron, a time zone, what becomes of missed times, and the next five. */
import { Input, InputNumber, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, textOf, without } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { Field } from "./Field";
import styles from "./form.module.css";
import { useSchedulePreview } from "./schedulePreview";
import { FULL } from "./sizes";
import { VariableSelect } from "./VariableSelect";
import type { WidgetProps } from "./widgetProps";

const ZONE = "Asia/Shanghai";
const MOST = 10;
const CATCH_UPS = ["once", "skip", "all"] as const;
const NOBODY: ReadonlySet<string> = new Set();

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function ScheduleWidget({ value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const schedule = isRecord(value) ? value : {};
  const [cron, zone] = [text(schedule["cron"]), text(schedule["zone"]) || ZONE];
  const preview = useSchedulePreview(cron, zone);
  const change = (field: string, next: unknown): void => {
    const kept = without(schedule, field);
    onChange(next === undefined || next === "" ? kept : { ...kept, [field]: next });
  };
  return (
    <>
      <Field id={`${id}-cron`} label={t("schedule.cron")}>
        <Input
          id={`${id}-cron`}
          value={cron}
          placeholder="0 9 * * 1-5"
          status={preview.refusal ? "error" : ""}
          onChange={({ target }) => (target.value ? change("cron", target.value) : onChange(undefined))}
        />
      </Field>
      {cron && (
        <>
          <Next next={preview.next} refusal={preview.refusal} zone={zone} />
          <Field id={`${id}-zone`} label={t("schedule.zone")}>
            <Select
              id={`${id}-zone`}
              style={FULL}
              showSearch
              value={zone}
              options={Intl.supportedValuesOf("timeZone").map((one) => ({ value: one, label: one }))}
              onChange={(next: string) => change("zone", next)}
            />
          </Field>
          <Missed id={id} schedule={schedule} change={change} />
          <Named id={id} schedule={schedule} change={change} />
        </>
      )}
    </>
  );
}

interface PartProps {
  id: string;
  schedule: Record<string, unknown>;
  change: (field: string, next: unknown) => void;
}

function Missed({ id, schedule, change }: PartProps): ReactElement {
  const { t } = useTranslation("form");
  const catchUp = text(schedule["catch_up"]) || "once";
  const most = schedule["most"];
  return (
    <>
      <Field id={`${id}-missed`} label={t("schedule.missed")} help={t(`schedule.missedHelp.${catchUp}`)}>
        <Select
          id={`${id}-missed`}
          style={FULL}
          value={catchUp}
          options={CATCH_UPS.map((one) => ({ value: one, label: t(`schedule.catchUp.${one}`) }))}
          onChange={(next: string) => change("catch_up", next)}
        />
      </Field>
      {catchUp === "all" && (
        <Field id={`${id}-most`} label={t("schedule.most")}>
          <InputNumber
            id={`${id}-most`}
            style={FULL}
            precision={0}
            min={1}
            max={100}
            placeholder={String(MOST)}
            value={typeof most === "number" ? most : null}
            onChange={(next) => change("most", next ?? undefined)}
          />
        </Field>
      )}
    </>
  );
}

function Named({ id, schedule, change }: PartProps): ReactElement {
  const { t } = useTranslation("form");
  const title = isRecord(schedule["title"]) ? schedule["title"] : {};
  const language = currentLanguage() === "en" ? "en" : "zh";
  return (
    <>
      <Field id={`${id}-title`} label={t("schedule.title")} help={t("schedule.titleHelp")}>
        <Input
          id={`${id}-title`}
          maxLength={200}
          value={text(title[language])}
          placeholder={textOf(title, currentLanguage())}
          onChange={({ target }) => change("title", { ...title, [language]: target.value })}
        />
      </Field>
      <Field id={`${id}-into`} label={t("schedule.into")}>
        <VariableSelect
          label={t("schedule.into")}
          value={text(schedule["into"])}
          taken={NOBODY}
          onChange={(next) => change("into", next)}
        />
      </Field>
    </>
  );
}

/** The server writes times on the clocks of the schedule's zone; they are shown as they are written. */
function Next(props: { next: readonly string[]; refusal: string; zone: string }): ReactElement {
  const { t } = useTranslation("form");
  const reason = props.refusal.replace("schedule.", "");
  return (
    <div role="status" className={styles.help}>
      {reason && t(`schedule.refusal.${reason}`, { defaultValue: t("schedule.refusal.malformed") })}
      {props.next.length > 0 && (
        <>
          {t("schedule.next", { zone: props.zone })}
          <ol className="num">
            {props.next.map((at) => (
              <li key={at}>
                <time dateTime={at}>{at.slice(0, 16).replace("T", " ")}</time>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
