import { SafetyCertificateOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { useAudit } from "../api/audit";
import type { Run } from "../api/instance";
import { AuditList } from "../audit/AuditList";
import { useSteps } from "@/graph/useSteps";

/** What people did to this run from outside its flow; on record for good. */
export function InterventionsTab({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const steps = useSteps(run.graph);
  const query = useAudit({ instance: run.id });
  if (query.error && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Loading label={t("audit.loading")} />;
  const entries = query.data.pages.flatMap((page) => page.results);
  if (entries.length === 0) {
    return (
      <EmptyState picture={<SafetyCertificateOutlined />} title={t("audit.emptyRun")}>
        {t("audit.emptyRunWhy")}
      </EmptyState>
    );
  }
  return (
    <>
      <AuditList entries={entries} withObject={false} stepTitle={(node) => steps.title(node)} />
      {query.hasNextPage && <Button onClick={() => void query.fetchNextPage()}>{t("list.more")}</Button>}
    </>
  );
}
