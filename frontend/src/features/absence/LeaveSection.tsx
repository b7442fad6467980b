/** Leave of a person: what is stored, and more of it. */
import { Alert, App, Button } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { SkeletonLines } from "@/ui/Loading";
import { StateTag } from "@/ui/StateTag";
import { DateTime } from "@/ui/DateTime";
import { announce } from "@/ui/announce";
import { useProblemText } from "@/ui/problemText";
import styles from "./Absence.module.css";
import { type Present, useAbsences, useEndLeave, useTakeLeave } from "./api";
import { askedAbout, DayFields, PersonField, PresentField, ReasonField, useIsOwn } from "./Fields";
import { beginOf, dayFrom, isInOrder, today } from "./days";
import type { Whose } from "./whose";

const TONES = { planned: "info", away: "warning", over: "neutral" } as const;

function LeaveForm({ whose }: { whose: Whose }) {
  const { t } = useTranslation("absence");
  const tell = useProblemText();
  const { message } = App.useApp();
  const own = useIsOwn(whose.username);
  const [days, setDays] = useState(today);
  const [reason, setReason] = useState("");
  const [present, setPresent] = useState<Present | null>(null);
  const [to, setTo] = useState("");
  const take = useTakeLeave(whose.id);
  const waiting = askedAbout(take.error);
  const [asked, setAsked] = useState<number | null>(null);
  const question = waiting ?? asked;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(question);
    take.mutate(
      {
        start: beginOf(days.first),
        end: beginOf(dayFrom(1, days.last)),
        ...(reason.trim() && { reason: reason.trim() }),
        ...(present && { present }),
        ...(present === "move" && to && { to }),
      },
      {
        onSuccess: () => {
          setReason("");
          setPresent(null);
          setAsked(null);
          void message.success(t("leave.stored"));
          announce(t("leave.stored"));
        },
      },
    );
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label={t("leave.add")}>
      <DayFields days={days} onChange={setDays} />
      <ReasonField required={!own} value={reason} onChange={setReason} />
      {question !== null && (
        <PresentField
          waiting={question}
          moveLabel={t("present.give")}
          value={present}
          onChange={setPresent}
        />
      )}
      {question !== null && present === "move" && (
        <PersonField label={t("present.to")} value={to} except={whose.username} onChange={setTo} />
      )}
      {take.error && waiting === null && (
        <Alert type="error" showIcon role="alert" title={tell(take.error)} />
      )}
      <Button
        type="primary"
        htmlType="submit"
        loading={take.isPending}
        disabled={!isInOrder(days) || (question !== null && !present)}
      >
        {t("leave.add")}
      </Button>
    </form>
  );
}

export function LeaveSection({ whose }: { whose: Whose }) {
  const { t } = useTranslation("absence");
  const tell = useProblemText();
  const own = useIsOwn(whose.username);
  const { data, error, refetch } = useAbsences(whose.id);
  const end = useEndLeave(whose.id);
  return (
    <section className={styles.panel} aria-labelledby="leave-title">
      <h2 id="leave-title">{t("leave.title")}</h2>
      <p className="muted">{t("leave.help")}</p>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonLines widths={["60%", "40%"]} />}
      {data?.results.length === 0 && <p className="muted">{t("leave.none")}</p>}
      <ul className={styles.list} aria-label={t("leave.title")}>
        {data?.results.map((row) => (
          <li key={row.id}>
            <StateTag tone={TONES[row.status]}>{t(`leave.status.${row.status}`)}</StateTag>
            <span>
              <DateTime at={row.start} /> – <DateTime at={row.end} />
            </span>
            {row.reason && <span className="muted">{row.reason}</span>}
            {row.status !== "over" && (
              <Button
                size="small"
                loading={end.isPending && end.variables.id === row.id}
                onClick={() => end.mutate({ id: row.id, reason: own ? "" : t("leave.endedBySupervisor") })}
              >
                {t(row.status === "away" ? "leave.end" : "leave.remove")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.error && <Alert type="error" showIcon role="alert" title={tell(end.error)} />}
      <LeaveForm key={whose.id} whose={whose} />
    </section>
  );
}
