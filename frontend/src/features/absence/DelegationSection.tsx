/** Who acts for whom: what is stored, and more of it. */
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCurrentUser } from "@/api/session";
import type { Delegation } from "@/api/types";
import { ErrorState } from "@/ui/ErrorState";
import { SkeletonLines } from "@/ui/Loading";
import { StateTag } from "@/ui/StateTag";
import { useProblemText } from "@/ui/problemText";
import styles from "./Absence.module.css";
import { type Present, useDelegations, useEndDelegation } from "./api";
import { DelegationForm } from "./DelegationForm";
import { dayFrom } from "./days";
import { askedAbout, PresentField } from "./Fields";
import type { Whose } from "./whose";

const TONES = { planned: "info", active: "success", over: "neutral" } as const;

function Row({ row, supervises }: { row: Delegation; supervises: boolean }) {
  const { t } = useTranslation("absence");
  const tell = useProblemText();
  const me = useCurrentUser().username;
  const end = useEndDelegation();
  const [present, setPresent] = useState<Present | null>(null);
  const waiting = askedAbout(end.error);
  const key = row.person.username === me ? "mine" : row.to.username === me ? "forOther" : "others";
  const mayEnd = row.status !== "over" && (row.person.username === me || supervises);
  const finish = () =>
    end.mutate({
      id: row.id,
      ...(present && { present }),
      reason: row.person.username === me ? "" : t("delegation.endedBySupervisor"),
    });
  return (
    <li>
      <StateTag tone={TONES[row.status]}>{t(`delegation.status.${row.status}`)}</StateTag>
      <span>
        {t(`delegation.${key}`, { person: row.person.display_name, to: row.to.display_name })}
        {" · "}
        <span className="num">
          {row.start} – {dayFrom(-1, row.end)}
        </span>
      </span>
      <span className="muted">
        {row.flows.length > 0 ? row.flows.join(t("ui:list.comma")) : t("field.allFlows")}
        {row.reason && ` · ${row.reason}`}
      </span>
      {mayEnd && (
        <Button size="small" loading={end.isPending} disabled={waiting !== null && !present} onClick={finish}>
          {t("delegation.end")}
        </Button>
      )}
      {waiting !== null && (
        <PresentField waiting={waiting} moveLabel={t("present.back")} value={present} onChange={setPresent} />
      )}
      {end.error && waiting === null && <Alert type="error" showIcon role="alert" title={tell(end.error)} />}
    </li>
  );
}

type Props = { whose: Whose; supervises: boolean };

export function DelegationSection({ whose, supervises }: Props) {
  const { t } = useTranslation("absence");
  const { data, error, refetch } = useDelegations(supervises ? "all" : "mine");
  return (
    <section className={styles.panel} aria-labelledby="delegation-title">
      <h2 id="delegation-title">{t("delegation.title")}</h2>
      <p className="muted">{t("delegation.help")}</p>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonLines widths={["60%", "40%"]} />}
      {data?.results.length === 0 && <p className="muted">{t("delegation.none")}</p>}
      <ul className={styles.list} aria-label={t("delegation.title")}>
        {data?.results.map((row) => (
          <Row key={row.id} row={row} supervises={supervises} />
        ))}
      </ul>
      <DelegationForm key={whose.id} whose={whose} />
    </section>
  );
}
