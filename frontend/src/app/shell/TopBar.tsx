import { QuestionCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useConnection } from "@/api/connection";
import type { SessionUser } from "@/api/types";
import { formatTime } from "@/ui/dateFormat";
import { type Crumb, usePageTrail } from "@/ui/page";
import { usePhone } from "@/ui/useMediaQuery";
import { Logo } from "../Logo";
import type { Place } from "../places";
import { NoticeBell } from "./NoticeBell";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import styles from "./TopBar.module.css";
import { UserMenu } from "./UserMenu";

/** A place that is not in this person's rail is named in the trail, and not led to. */
function Trail({ crumbs, places }: { crumbs: Crumb[]; places: Place[] }) {
  const { t } = useTranslation("shell");
  const isOpen = (to: string): boolean =>
    places.some((place) => to === place.to || to.startsWith(`${place.to}/`));
  return (
    <nav aria-label={t("top.trail")} className={styles.trail}>
      <ol>
        {crumbs.map((crumb, index) => (
          <li key={`${index}-${crumb.label}`}>
            {crumb.to && isOpen(crumb.to) ? (
              <Link to={crumb.to}>{crumb.label}</Link>
            ) : (
              <span aria-current={index === crumbs.length - 1 ? "page" : undefined}>{crumb.label}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function ConnectionDot() {
  const { t } = useTranslation("shell");
  const { state, lastAnswer } = useConnection();
  const stale =
    state !== "live" && lastAnswer !== null
      ? t("connection.stale", { at: formatTime(new Date(lastAnswer)) })
      : undefined;
  return (
    <span className={styles.dot} data-state={state} role="status" title={stale}>
      {t(`connection.${state}`)}
    </span>
  );
}

export function TopBar({ user, places, onHelp }: { user: SessionUser; places: Place[]; onHelp: () => void }) {
  const { t } = useTranslation("shell");
  const crumbs = usePageTrail((trail) => trail.crumbs);
  const phone = usePhone();
  return (
    <header className={styles.bar} aria-label={t("top.label")} data-region>
      <Link to={places[0]?.to ?? "/"} className={styles.brand} aria-label={t("product")}>
        <Logo size={28} />
        {!phone && <span>{t("product")}</span>}
      </Link>
      <Trail crumbs={crumbs} places={places} />
      <div className={styles.tools}>
        <ConnectionDot />
        <NoticeBell />
        {!phone && (
          <>
            <LanguageSwitch user={user} />
            <ThemeSwitch />
            <Button
              type="text"
              icon={<QuestionCircleOutlined aria-hidden />}
              aria-label={t("shortcuts.open")}
              title={`${t("shortcuts.open")}  ?`}
              onClick={onHelp}
            />
          </>
        )}
        <UserMenu user={user} withSettings={phone} />
      </div>
    </header>
  );
}
