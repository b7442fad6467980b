import { CompassOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { usePage } from "@/ui/page";

export function NotFoundPage() {
  const { t } = useTranslation("shell");
  usePage([{ label: t("notFound.title") }]);
  return (
    <>
      <h1 className="visually-hidden">{t("notFound.title")}</h1>
      <EmptyState
        picture={<CompassOutlined />}
        title={t("notFound.title")}
        action={<Link to="/">{t("notFound.home")}</Link>}
      >
        {t("notFound.text")}
      </EmptyState>
    </>
  );
}
