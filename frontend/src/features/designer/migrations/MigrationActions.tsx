/** Give the word for what was planned, with a reason; and of what is done, plan the way back. */
import { Alert, App, Button } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Migration } from "@/api/types";
import { useProblemText } from "@/ui/problemText";
import { carryOut, planBack, useMigrationAct } from "../api/migrations";
import { AskReason } from "../versions/AskReason";
import styles from "./Migrations.module.css";

export function MigrationActions({
  flow,
  migration,
}: {
  flow: string;
  migration: Migration;
}): ReactElement | null {
  const may = hasRole(useCurrentUser(), "designer", "supervisor");
  if (!may) return null;
  if (migration.status === "planned") return <Start flow={flow} migration={migration} />;
  const wasTaken = migration.status === "done" && migration.counts.migrated > 0;
  return wasTaken ? <WayBack flow={flow} migration={migration} /> : null;
}

function Start({ flow, migration }: { flow: string; migration: Migration }): ReactElement {
  const { t } = useTranslation("migration");
  const { message } = App.useApp();
  const tell = useProblemText();
  const [asking, setAsking] = useState(false);
  const run = useMigrationAct(flow, (reason: string) => carryOut(flow, migration.id, reason));
  const { counts, from_version: from, to_version: to } = migration;
  const go = counts.quiet + counts.disturbed;
  const does = t(migration.undoes === null ? "start" : "startBack");
  if (go === 0) return <Alert type="info" showIcon title={t("nobodyGoes", { version: from })} />;
  return (
    <div className={styles.act}>
      {asking ? (
        <AskReason
          question={t("startAsk", { go, stay: counts.hindered, disturbed: counts.disturbed, from, to })}
          does={does}
          pending={run.isPending}
          onCancel={() => setAsking(false)}
          onDo={(reason) =>
            run.mutate(reason, { onSuccess: () => void message.success(t("started", { count: go })) })
          }
        />
      ) : (
        <Button type="primary" onClick={() => setAsking(true)}>
          {does}
        </Button>
      )}
      {run.error && <Alert type="error" showIcon role="alert" title={tell(run.error)} />}
    </div>
  );
}

function WayBack({ flow, migration }: { flow: string; migration: Migration }): ReactElement {
  const { t } = useTranslation("migration");
  const tell = useProblemText();
  const navigate = useNavigate();
  const back = useMigrationAct(flow, () => planBack(flow, migration.id));
  return (
    <div className={styles.act}>
      <div className={styles.actions}>
        <Button
          loading={back.isPending}
          onClick={() =>
            back.mutate(undefined, {
              onSuccess: (made) => void navigate(`/flows/${flow}/migrations/${made.id}`),
            })
          }
        >
          {t("undo")}
        </Button>
        <span className="muted">{t("undoHelp", { version: migration.from_version })}</span>
      </div>
      {back.error && <Alert type="error" showIcon role="alert" title={tell(back.error)} />}
    </div>
  );
}
