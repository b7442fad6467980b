/** Texts of the interface. A catalogue is a file per room and language; one language is loaded at a time. */
import i18next, { type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/api/types";

const LOADERS: Record<Language, () => Promise<{ catalogue: ResourceLanguage }>> = {
  "zh-CN": () => import("./zh-CN"),
  en: () => import("./en"),
};

const STORED = "orderflow.language";

/** The language chosen before, else the browser's, else Chinese. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "zh-CN" || stored === "en") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "shell")) return;
  const { catalogue } = await LOADERS[language]();
  for (const [room, texts] of Object.entries(catalogue)) i18next.addResourceBundle(language, room, texts);
}

/** Loads what is needed and switches; the document's language follows. */
export async function setLanguage(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

/** Must be awaited once before the first render. */
export async function startI18n(language: Language = preferredLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: "shell",
    ns: [],
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await setLanguage(language);
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "zh-CN";
}
