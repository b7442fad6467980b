import { CheckCircleOutlined, InboxOutlined, SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import type { View } from "./views";

type Props = { view: View; narrowed: boolean; onClear: () => void; onShowRunning: () => void };

/** Nothing found: because of a filter, because all is well, or because nothing has run yet. */
export function EmptyList({ view, narrowed, onClear, onShowRunning }: Props) {
  const { t } = useTranslation("console");
  if (narrowed) {
    return (
      <EmptyState
        picture={<SearchOutlined />}
        title={t("empty.narrowed", { view: t(`view.${view}.name`) })}
        action={<Button onClick={onClear}>{t("empty.clear")}</Button>}
      />
    );
  }
  const calm = view === "stuck" || view === "failed" || view === "forgotten";
  return (
    <EmptyState
      picture={calm ? <CheckCircleOutlined /> : <InboxOutlined />}
      title={t(`empty.${view}`)}
      action={calm ? <Button onClick={onShowRunning}>{t("empty.showRunning")}</Button> : undefined}
    >
      {t(calm ? "empty.calm" : "empty.first")}
    </EmptyState>
  );
}
