/** Letting somebody act: who, from which day to which, in which flows. */
import { Alert, App, Button, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocal } from "@/i18n/local";
import { announce } from "@/ui/announce";
import { useProblemText } from "@/ui/problemText";
import styles from "./Absence.module.css";
import { type Present, useDelegate, useFlows } from "./api";
import { askedAbout, DayFields, PersonField, PresentField, ReasonField, useIsOwn } from "./Fields";
import { dayFrom, isInOrder, today } from "./days";
import type { Whose } from "./whose";

function FlowsField({ value, onChange }: { value: string[]; onChange: (flows: string[]) => void }) {
  const { t } = useTranslation("absence");
  const local = useLocal();
  const id = useId();
  const flows = useFlows();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t("field.flows")}</label>
      <Select
        id={id}
        aria-label={t("field.flows")}
        mode="multiple"
        placeholder={t("field.allFlows")}
        value={value}
        loading={flows.isPending}
        options={(flows.data?.results ?? [])
          .filter((flow) => flow.live_version !== null)
          .map((flow) => ({ value: flow.key, label: local(flow.title) }))}
        onChange={onChange}
      />
    </div>
  );
}

export function DelegationForm({ whose }: { whose: Whose }) {
  const { t } = useTranslation("absence");
  const tell = useProblemText();
  const { message } = App.useApp();
  const own = useIsOwn(whose.username);
  const [to, setTo] = useState("");
  const [days, setDays] = useState(today);
  const [flows, setFlows] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const [present, setPresent] = useState<Present | null>(null);
  const [asked, setAsked] = useState<number | null>(null);
  const delegate = useDelegate();
  const waiting = askedAbout(delegate.error);
  const question = waiting ?? asked;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(question);
    delegate.mutate(
      {
        to,
        start: days.first,
        end: dayFrom(1, days.last),
        ...(!own && { person: whose.username }),
        ...(flows.length > 0 && { flows }),
        ...(reason.trim() && { reason: reason.trim() }),
        ...(present && { present }),
      },
      {
        onSuccess: ({ present: work }) => {
          setReason("");
          setPresent(null);
          setAsked(null);
          const said = t(work.moved > 0 ? "delegation.storedMoved" : "delegation.stored", {
            count: work.moved,
          });
          void message.success(said);
          announce(said);
        },
      },
    );
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label={t("delegation.add")}>
      <PersonField label={t("field.to")} value={to} except={whose.username} onChange={setTo} />
      <DayFields days={days} onChange={setDays} />
      <FlowsField value={flows} onChange={setFlows} />
      <ReasonField required={!own} value={reason} onChange={setReason} />
      {question !== null && (
        <PresentField
          waiting={question}
          moveLabel={t("present.move")}
          value={present}
          onChange={setPresent}
        />
      )}
      {delegate.error && waiting === null && (
        <Alert type="error" showIcon role="alert" title={tell(delegate.error)} />
      )}
      <Button
        type="primary"
        htmlType="submit"
        loading={delegate.isPending}
        disabled={!to || !isInOrder(days) || (question !== null && !present)}
      >
        {t("delegation.add")}
      </Button>
    </form>
  );
}
