/** The fields that leave and delegations share: days, a person, a reason, and what becomes of open tasks. */
import { Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useCurrentUser } from "@/api/session";
import { isApiError } from "@/api/problem";
import styles from "./Absence.module.css";
import { type Present, usePeople } from "./api";
import type { Days } from "./days";

export function DayFields({ days, onChange }: { days: Days; onChange: (days: Days) => void }) {
  const { t } = useTranslation("absence");
  const id = useId();
  return (
    <div className={styles.pair}>
      {(["first", "last"] as const).map((name) => (
        <div key={name} className={styles.field}>
          <label htmlFor={`${id}-${name}`}>{t(`field.${name}`)}</label>
          <Input
            id={`${id}-${name}`}
            type="date"
            value={days[name]}
            aria-required
            onChange={(event) => onChange({ ...days, [name]: event.target.value })}
          />
        </div>
      ))}
    </div>
  );
}

type PersonProps = { label: string; value: string; except: string; onChange: (username: string) => void };

/** Somebody who may decide, by username. */
export function PersonField({ label, value, except, onChange }: PersonProps) {
  const id = useId();
  const { t } = useTranslation("absence");
  const people = usePeople();
  const options = (people.data?.results ?? [])
    .filter((person) => person.username !== except)
    .map((person) => ({ value: person.username, label: `${person.display_name} (${person.username})` }));
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        aria-label={label}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("field.choose")}
        {...(value && { value })}
        loading={people.isPending}
        options={options}
        onChange={onChange}
      />
    </div>
  );
}

type ReasonProps = { required: boolean; value: string; onChange: (reason: string) => void };

export function ReasonField({ required, value, onChange }: ReasonProps) {
  const { t } = useTranslation("absence");
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t(required ? "field.reasonRequired" : "field.reason")}</label>
      <Input
        id={id}
        maxLength={200}
        value={value}
        aria-required={required}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** How many open tasks the server wants a word about; null when it has not asked. */
export function askedAbout(error: unknown): number | null {
  if (!isApiError(error) || error.code !== "present.undecided") return null;
  return Number(error.fields["waiting"]);
}

type PresentProps = {
  waiting: number;
  moveLabel: string;
  value: Present | null;
  onChange: (present: Present) => void;
};

export function PresentField({ waiting, moveLabel, value, onChange }: PresentProps) {
  const { t } = useTranslation("absence");
  const name = useId();
  const labels = { keep: t("present.keep"), move: moveLabel };
  return (
    <fieldset className={styles.present}>
      <legend>{t("present.question", { count: waiting })}</legend>
      {(["keep", "move"] as const).map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={value === one} onChange={() => onChange(one)} />
          <span>{labels[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Whether what is looked at is one's own; otherwise a reason has to be on record. */
export function useIsOwn(username: string): boolean {
  return useCurrentUser().username === username;
}
