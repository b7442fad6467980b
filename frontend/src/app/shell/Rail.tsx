import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useWaiting } from "@/api/waiting";
import { setPreference, usePreferences } from "@/ui/preferences";
import { useMediaQuery } from "@/ui/useMediaQuery";
import type { Place } from "../places";
import styles from "./Rail.module.css";

export function PlaceLink({ place, badge }: { place: Place; badge: number }) {
  const { t } = useTranslation("shell");
  const Icon = place.icon;
  const label = t(`nav.${place.key}`);
  return (
    <NavLink to={place.to} className={styles.link ?? ""} title={`${label}  ${place.keys.toUpperCase()}`}>
      <Icon aria-hidden />
      <span className={styles.label}>{label}</span>
      {badge > 0 && (
        <span className={styles.badge}>
          <span aria-hidden>{badge > 99 ? "99+" : badge}</span>
          <span className="visually-hidden">{t("nav.waiting", { count: badge })}</span>
        </span>
      )}
    </NavLink>
  );
}

/** 56 px with icons, 200 px with words; narrow screens get the icons. */
export function Rail({ places }: { places: Place[] }) {
  const { t } = useTranslation("shell");
  const wanted = usePreferences((preferences) => preferences.railOpen);
  const narrow = useMediaQuery("(max-width: 1099px)");
  const open = wanted && !narrow;
  const waiting = useWaiting();
  return (
    <nav className={styles.rail} aria-label={t("nav.label")} data-open={open} data-region>
      <ul>
        {places.map((place) => (
          <li key={place.key}>
            <PlaceLink place={place} badge={place.key === "inbox" ? waiting.todo : 0} />
          </li>
        ))}
      </ul>
      {!narrow && (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={open}
          aria-label={open ? t("nav.collapse") : t("nav.expand")}
          title={open ? t("nav.collapse") : t("nav.expand")}
          onClick={() => setPreference({ railOpen: !open })}
        >
          {open ? <MenuFoldOutlined aria-hidden /> : <MenuUnfoldOutlined aria-hidden />}
        </button>
      )}
    </nav>
  );
}
