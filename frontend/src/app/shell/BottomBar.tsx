import { useTranslation } from "react-i18next";
import { useWaiting } from "@/api/waiting";
import type { Place } from "../places";
import styles from "./BottomBar.module.css";
import { PlaceLink } from "./Rail";

/** The navigation of a phone: never more than five places, each 48 px high. */
export function BottomBar({ places }: { places: Place[] }) {
  const { t } = useTranslation("shell");
  const waiting = useWaiting();
  return (
    <nav className={styles.bar} aria-label={t("nav.label")} data-region data-bottom-bar>
      <ul>
        {places
          .filter((place) => !place.personal)
          .map((place) => (
            <li key={place.key}>
              <PlaceLink place={place} badge={place.key === "inbox" ? waiting.todo : 0} />
            </li>
          ))}
      </ul>
    </nav>
  );
}
