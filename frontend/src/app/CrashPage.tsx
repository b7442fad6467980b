import { WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";

/** Shown in place of a screen that threw; the shell around it stays usable. */
export function CrashPage() {
  const { t } = useTranslation("shell");
  return (
    <div role="alert">
      <h1 className="visually-hidden">{t("crash.title")}</h1>
      <EmptyState
        picture={<WarningOutlined />}
        title={t("crash.title")}
        action={<Button onClick={() => window.location.reload()}>{t("crash.reload")}</Button>}
      >
        {t("crash.text")}
      </EmptyState>
    </div>
  );
}
