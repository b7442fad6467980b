/** Language and theme, each one press away. */
import { DesktopOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { useSaveLanguage } from "@/api/session";
import type { Language, SessionUser } from "@/api/types";
import { currentLanguage, setLanguage } from "@/i18n";
import { setPreference, type ThemeChoice, usePreferences } from "@/ui/preferences";

export const THEME_ICONS = { system: DesktopOutlined, light: SunOutlined, dark: MoonOutlined };
export const THEMES: ThemeChoice[] = ["system", "light", "dark"];

/** A menu inside the landmark of its button, where screen readers expect it. */
export function besideTrigger(trigger: HTMLElement): HTMLElement {
  return trigger.parentElement ?? document.body;
}

/** Switches between Chinese and English, and remembers it on the account of a signed-in person. */
export function useLanguageSwitch(user?: SessionUser): () => void {
  const save = useSaveLanguage();
  return () => {
    const next: Language = currentLanguage() === "en" ? "zh-CN" : "en";
    void setLanguage(next);
    if (user) save.mutate(next);
    else setPreference({ languageToSave: next });
  };
}

export function LanguageSwitch({ user }: { user?: SessionUser }) {
  const { t } = useTranslation("shell");
  const toggle = useLanguageSwitch(user);
  const english = currentLanguage() === "en";
  return (
    <Button
      type="text"
      lang={english ? "zh-CN" : "en"}
      aria-label={`${english ? "中" : "EN"} ${t("language.switch")}`}
      title={t("language.switch")}
      onClick={toggle}
    >
      <span aria-hidden>{english ? "中" : "EN"}</span>
    </Button>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation("shell");
  const choice = usePreferences((preferences) => preferences.theme);
  const Icon = THEME_ICONS[choice];
  const label = `${t("theme.label")}: ${t(`theme.${choice}`)}`;
  return (
    <Dropdown
      trigger={["click"]}
      getPopupContainer={besideTrigger}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: THEMES.map((key) => {
          const ItemIcon = THEME_ICONS[key];
          return { key, icon: <ItemIcon aria-hidden />, label: t(`theme.${key}`) };
        }),
        onClick: ({ key }) => setPreference({ theme: key as ThemeChoice }),
      }}
    >
      <Button type="text" icon={<Icon aria-hidden />} aria-label={label} title={label} />
    </Dropdown>
  );
}
