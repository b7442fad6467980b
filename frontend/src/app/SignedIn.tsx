import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation } from "react-router";
import { sessionQuery, useSaveLanguage } from "@/api/session";
import type { Language } from "@/api/types";
import { setLanguage } from "@/i18n";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { setPreference, usePreferences } from "@/ui/preferences";
import { SessionExpiredDialog } from "./SessionExpiredDialog";
import { Shell } from "./shell/Shell";

/** The account's language counts, unless another one was chosen on the way in: then that one is kept from now on. */
function useAccountLanguage(language: Language | undefined): void {
  const { mutate: save } = useSaveLanguage();
  useEffect(() => {
    if (!language) return;
    const chosen = usePreferences.getState().languageToSave;
    setPreference({ languageToSave: null });
    void setLanguage(chosen ?? language);
    if (chosen && chosen !== language) save(chosen);
  }, [language, save]);
}

/** The wall of the product: nobody without a session gets past it. */
export function SignedIn() {
  const { t } = useTranslation("shell");
  const location = useLocation();
  const { data, error, refetch, isFetching } = useQuery(sessionQuery);
  const language = data?.user?.language;
  useAccountLanguage(language);
  if (error && !data) {
    return (
      <main>
        <h1 className="visually-hidden">{t("boot.failed")}</h1>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </main>
    );
  }
  if (!data || (!data.user && isFetching)) return <Loading label={t("boot.loading")} />;
  if (!data.user) {
    const wanted = `${location.pathname}${location.search}`;
    return (
      <Navigate to={wanted === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(wanted)}`} replace />
    );
  }
  return (
    <>
      <Shell user={data.user} />
      <SessionExpiredDialog user={data.user} />
    </>
  );
}
