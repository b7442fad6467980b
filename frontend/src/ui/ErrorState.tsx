import { CloudOutlined, LockOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/problem";
import { EmptyState } from "./EmptyState";
import { useProblemText } from "./problemText";

function pictureOf(error: unknown) {
  if (error instanceof ApiError && error.status === 403) return <LockOutlined />;
  if (error instanceof ApiError && error.status === 0) return <CloudOutlined />;
  return <WarningOutlined />;
}

/** A screen or a part of it that could not be loaded: cause, number for support, way out. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation("ui");
  const tell = useProblemText();
  const forbidden = error instanceof ApiError && error.status === 403;
  const reference = error instanceof ApiError ? error.requestId : null;
  return (
    <div role="alert">
      <EmptyState
        picture={pictureOf(error)}
        title={forbidden ? t("error.forbidden") : t("error.title")}
        action={onRetry && !forbidden ? <Button onClick={onRetry}>{t("error.retry")}</Button> : undefined}
      >
        {forbidden ? t("error.forbiddenHelp") : tell(error)}
        {reference && !forbidden && <span className="muted"> {t("error.reference", { id: reference })}</span>}
      </EmptyState>
    </div>
  );
}
