import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation, useNavigate } from "react-router";
import { useConnection } from "@/api/connection";
import type { SessionUser } from "@/api/types";
import { Loading } from "@/ui/Loading";
import { useBottomBarHidden } from "@/ui/page";
import { useShortcuts } from "@/ui/shortcuts";
import { usePhone } from "@/ui/useMediaQuery";
import { placesFor } from "../places";
import { BottomBar } from "./BottomBar";
import { Rail } from "./Rail";
import { cycleRegion } from "./regions";
import styles from "./Shell.module.css";
import { ShortcutSheet } from "./ShortcutSheet";
import { TopBar } from "./TopBar";

/** The focus goes to the content after a change of place, so that keyboard and screen reader start there. */
function useFocusOnArrival() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const room = pathname.split("/")[1];
  const before = useRef(room);
  useEffect(() => {
    if (before.current !== room) main.current?.focus({ preventScroll: true });
    before.current = room;
  }, [room]);
  return main;
}

function OfflineBanner() {
  const { t } = useTranslation("shell");
  const offline = useConnection((connection) => connection.state === "offline");
  return <div role="status">{offline && <p className={styles.banner}>{t("connection.banner")}</p>}</div>;
}

export function Shell({ user }: { user: SessionUser }) {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  const phone = usePhone();
  const immersed = useBottomBarHidden();
  const [sheet, setSheet] = useState(false);
  const main = useFocusOnArrival();
  const places = placesFor(user);

  useShortcuts(t("shortcuts.everywhere"), [
    ...places.map((place) => ({
      keys: [place.keys],
      label: t("shortcuts.go", { place: t(`nav.${place.key}`) }),
      run: () => void navigate(place.to),
    })),
    { keys: ["F6"], label: t("shortcuts.regions"), whileTyping: true, run: () => cycleRegion(1) },
    { keys: ["shift+F6"], whileTyping: true, run: () => cycleRegion(-1) },
    { keys: ["?"], label: t("shortcuts.open"), run: () => setSheet(true) },
  ]);

  return (
    <div className={styles.shell} data-phone={phone}>
      <a className={styles.skip} href="#main" onClick={() => main.current?.focus()}>
        {t("skip")}
      </a>
      <TopBar user={user} places={places} onHelp={() => setSheet(true)} />
      {!phone && <Rail places={places} />}
      <main ref={main} id="main" tabIndex={-1} className={styles.main} aria-label={t("top.main")} data-region>
        <OfflineBanner />
        <Suspense fallback={<Loading label={t("boot.loading")} />}>
          <Outlet />
        </Suspense>
      </main>
      {phone && !immersed && <BottomBar places={places} />}
      <ShortcutSheet open={sheet} onClose={() => setSheet(false)} />
    </div>
  );
}
