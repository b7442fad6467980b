/** The runs of a migration, one by one: what it would mean for each and why; afterwards, what became of it. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { GraphDocument } from "@/api/documents";
import { hasRole, useCurrentUser } from "@/api/session";
import type { MigratingRun, Migration } from "@/api/types";
import { useHindranceText } from "@/graph/useHindranceText";
import { useSteps } from "@/graph/useSteps";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { withMoney } from "@/ui/moneyFormat";
import { StateTag, type Tone } from "@/ui/StateTag";
import { type Shown, useMigratingRuns } from "../api/migrations";
import styles from "./Migrations.module.css";
import { NOTHING_DRAWN } from "./nothingDrawn";
import { totalOf } from "./Progress";

const VERDICTS = ["quiet", "disturbed", "hindered"] as const;
const STATUSES = ["migrated", "stayed", "pending"] as const;

interface Props {
  flow: string;
  migration: Migration;
  graphs: { old: GraphDocument | null; next: GraphDocument | null };
}

export function MigratingRuns({ flow, migration, graphs }: Props): ReactElement {
  const { t } = useTranslation("migration");
  const [shown, show] = useShown(migration);
  const found = useMigratingRuns(flow, migration, shown);
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];
  const speak = useRunSentences(graphs);
  return (
    <section className={styles.box} aria-labelledby="migration-runs">
      <h2 id="migration-runs">{t("runs")}</h2>
      <Filter migration={migration} shown={shown} onShow={show} />
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Loading label={t("loadingRuns")} />}
      {found.isSuccess && rows.length === 0 && (
        <EmptyState title={t(totalOf(migration) === 0 ? "noRuns" : "noMatch")} />
      )}
      <ul className={styles.runs}>
        {rows.map((row) => (
          <Run key={row.instance} row={row} lines={speak(row)} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

/** Before it begins, runs are looked through by verdict; afterwards by what became of them. It stands in the address. */
function useShown(migration: Migration): [Shown, (shown: Shown) => void] {
  const [params, setParams] = useSearchParams();
  const verdict = VERDICTS.find((one) => one === params.get("verdict"));
  const status = STATUSES.find((one) => one === params.get("status"));
  const begun = migration.started_at !== null;
  const shown: Shown = begun ? (status ? { status } : {}) : verdict ? { verdict } : {};
  return [shown, (chosen) => setParams({ ...chosen }, { replace: true })];
}

function Filter({
  migration,
  shown,
  onShow,
}: {
  migration: Migration;
  shown: Shown;
  onShow: (shown: Shown) => void;
}): ReactElement {
  const { t } = useTranslation("migration");
  const { counts } = migration;
  const begun = migration.started_at !== null;
  const offered: { key: string; shown: Shown; count: number }[] = [
    { key: "all", shown: {}, count: totalOf(migration) },
    ...(begun
      ? STATUSES.map((status) => ({ key: status, shown: { status }, count: counts[status] }))
      : VERDICTS.map((verdict) => ({ key: verdict, shown: { verdict }, count: counts[verdict] }))),
  ];
  const chosen = shown.status ?? shown.verdict ?? "all";
  return (
    <>
      <div className={styles.cards} role="group" aria-label={t("filter.label")}>
        {offered.map((one) => (
          <button
            key={one.key}
            type="button"
            className={styles.card}
            aria-pressed={one.key === chosen}
            onClick={() => onShow(one.shown)}
          >
            <strong className="num">{one.count}</strong>
            <span>{t(`filter.${one.key}`)}</span>
          </button>
        ))}
      </div>
      <p className="muted">{t(`filter.help.${chosen}`, { version: migration.from_version })}</p>
    </>
  );
}

const VERDICT_TONES: Record<MigratingRun["verdict"], Tone> = {
  quiet: "success",
  disturbed: "warning",
  hindered: "danger",
};
const STATUS_TONES: Record<MigratingRun["status"], Tone> = {
  pending: "neutral",
  migrated: "success",
  stayed: "danger",
};

function Run({ row, lines }: { row: MigratingRun; lines: string[] }): ReactElement {
  const { t } = useTranslation("migration");
  const mayRead = hasRole(useCurrentUser(), "supervisor", "auditor");
  const title = withMoney(row.subject.title) || row.subject.id;
  return (
    <li className={styles.run}>
      <span className={styles.rowHead}>
        {mayRead ? <Link to={`/console/${row.instance}`}>{title}</Link> : <strong>{title}</strong>}
        {row.status === "pending" ? (
          <StateTag tone={VERDICT_TONES[row.verdict]}>{t(`filter.${row.verdict}`)}</StateTag>
        ) : (
          <StateTag tone={STATUS_TONES[row.status]}>{t(`filter.${row.status}`)}</StateTag>
        )}
      </span>
      <ul className={styles.lines}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </li>
  );
}

/** What a migration means for a run, one sentence for each of its waits; what keeps it comes alone. */
function useRunSentences({ old, next }: Props["graphs"]): (row: MigratingRun) => string[] {
  const { t } = useTranslation("migration");
  const here = useSteps(old ?? NOTHING_DRAWN);
  const there = useSteps(next ?? NOTHING_DRAWN);
  const why = useHindranceText(here.title);
  return (row) =>
    row.hindrances.length > 0
      ? [...new Set(row.hindrances.map(why))]
      : row.moves.map((move) =>
          t(move.node === move.to ? `move.${move.fate}` : "move.elsewhere", {
            step: here.title(move.node),
            to: there.title(move.to),
          }),
        );
}
