/** What may be done with a version: compare it, take it as the draft again, take it back. */
import { App, Button, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { VersionSummary } from "@/api/types";
import type { FlowDocument } from "@/graph/document";
import { formatTime } from "@/ui/dateFormat";
import { useProblemText } from "@/ui/problemText";
import { definitionsKey } from "../api/definitions";
import { readDraft, saveDraft } from "../api/draft";
import { withdrawVersion } from "../api/versions";
import { focusOnShow } from "../focusOnShow";
import { AskReason } from "./AskReason";
import { useDone } from "./useDone";
import styles from "./Versions.module.css";

interface VersionActionsProps {
  id: string;
  row: VersionSummary;
  rows: readonly VersionSummary[];
  drawing: FlowDocument | undefined;
}

export function VersionActions({ id, row, rows, drawing }: VersionActionsProps): ReactElement {
  const { t } = useTranslation("designer");
  const edits = hasRole(useCurrentUser(), "designer");
  const [asking, setAsking] = useState<"restore" | "withdraw" | null>(null);
  const restore = useRestore(id);
  const withdraw = useDone(
    id,
    (reason: string) => withdrawVersion(id, row.version, reason),
    () => t("versions.withdrawn", { version: row.version }),
  );
  const { version } = row;
  const until = formatTime(new Date(row.withdraw_until ?? row.effective_at));
  if (asking === "withdraw")
    return (
      <AskReason
        question={t(`versions.withdrawAsk.${row.status === "planned" ? "planned" : "live"}`, {
          version,
          until,
        })}
        does={t("versions.withdraw")}
        danger
        pending={withdraw.isPending}
        onCancel={() => setAsking(null)}
        onDo={(reason) => withdraw.mutate(reason, { onSuccess: () => setAsking(null) })}
      />
    );
  if (asking === "restore")
    return (
      <div className={styles.ask} role="group" aria-label={t("versions.restore")}>
        <span>{t("versions.ask", { version })}</span>
        <Button onClick={() => setAsking(null)}>{t("publish.cancel")}</Button>
        <Button
          type="primary"
          ref={focusOnShow}
          loading={restore.isPending}
          disabled={!drawing}
          onClick={() => drawing && restore.mutate({ version, drawing })}
        >
          {t("versions.restore")}
        </Button>
      </div>
    );
  return (
    <div className={styles.actions}>
      <CompareWith id={id} version={version} rows={rows} edits={edits} />
      {edits && row.withdraw_until !== null && (
        <Button danger onClick={() => setAsking("withdraw")}>
          {t("versions.withdraw")}
        </Button>
      )}
      {edits && <Button onClick={() => setAsking("restore")}>{t("versions.restore")}</Button>}
    </div>
  );
}

/** The older of both is always the one before. */
function CompareWith({
  id,
  version,
  rows,
  edits,
}: {
  id: string;
  version: number;
  rows: readonly VersionSummary[];
  edits: boolean;
}): ReactElement | null {
  const { t } = useTranslation("designer");
  const navigate = useNavigate();
  const others = rows.filter((one) => one.version !== version);
  const sides = [
    ...(edits ? [{ value: "draft", label: t("versions.side.draft") }] : []),
    ...others.map((one) => ({
      value: String(one.version),
      label: t("versions.side.version", { version: one.version }),
    })),
  ];
  if (sides.length === 0) return null;
  return (
    <Select
      aria-label={t("versions.compareWith")}
      placeholder={t("versions.compareWith")}
      className={styles.compareWith ?? ""}
      value={null}
      options={sides}
      onChange={(side: string | null) => {
        if (side === null) return;
        const older = side !== "draft" && Number(side) < version;
        const [from, to] = older ? [side, version] : [version, side];
        void navigate(`/flows/${id}/compare/${String(from)}/${String(to)}`);
      }}
    />
  );
}

/** The version becomes the draft; the draft that was is in nobody's way, for it has not been published. */
function useRestore(id: string) {
  const { t } = useTranslation("designer");
  const { message } = App.useApp();
  const tell = useProblemText();
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ version, drawing }: { version: number; drawing: FlowDocument }) => {
      const { revision } = await readDraft(id);
      await saveDraft(id, revision, drawing);
      return version;
    },
    onSuccess: async (version) => {
      client.removeQueries({ queryKey: ["draft", id] });
      await client.invalidateQueries({ queryKey: definitionsKey });
      void message.success(t("versions.restored", { version }));
      await navigate(`/flows/${id}`);
    },
    onError: (error) => void message.error(tell(error)),
  });
}
