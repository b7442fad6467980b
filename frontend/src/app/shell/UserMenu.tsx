import { LogoutOutlined, TranslationOutlined } from "@ant-design/icons";
import { App, Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useSignOut } from "@/api/session";
import type { SessionUser } from "@/api/types";
import { setPreference, usePreferences } from "@/ui/preferences";
import { placesFor } from "../places";
import { besideTrigger, THEME_ICONS, THEMES, useLanguageSwitch } from "./Switches";
import styles from "./TopBar.module.css";

type Items = NonNullable<MenuProps["items"]>;

function useSettingsItems(user: SessionUser): Items {
  const { t } = useTranslation("shell");
  const toggleLanguage = useLanguageSwitch(user);
  return [
    {
      key: "language",
      icon: <TranslationOutlined aria-hidden />,
      label: t("language.switch"),
      onClick: toggleLanguage,
    },
    ...THEMES.map((theme) => {
      const Icon = THEME_ICONS[theme];
      return {
        key: `theme-${theme}`,
        icon: <Icon aria-hidden />,
        label: `${t("theme.label")}: ${t(`theme.${theme}`)}`,
        onClick: () => setPreference({ theme }),
      };
    }),
    { type: "divider" as const },
  ];
}

export function UserMenu({ user, withSettings }: { user: SessionUser; withSettings: boolean }) {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { message } = App.useApp();
  const singleKeys = usePreferences((preferences) => preferences.singleKeys);
  const settings = useSettingsItems(user);
  const items: Items = [
    {
      key: "who",
      type: "group",
      label: `${user.display_name} · ${user.roles.map((role) => t(`role.${role}`)).join(" · ")}`,
    },
    ...placesFor(user)
      .filter((place) => place.personal)
      .map((place) => ({
        key: place.key,
        icon: <place.icon aria-hidden />,
        label: t(`nav.${place.key}`),
        onClick: () => void navigate(place.to),
      })),
    ...(withSettings ? settings : []),
    {
      key: "keys",
      label: singleKeys ? t("user.singleKeysOff") : t("user.singleKeysOn"),
      onClick: () => {
        setPreference({ singleKeys: !singleKeys });
        void message.info(singleKeys ? t("user.singleKeysAreOff") : t("user.singleKeysAreOn"));
      },
    },
    { type: "divider" },
    {
      key: "out",
      icon: <LogoutOutlined aria-hidden />,
      label: t("user.signOut"),
      onClick: () => signOut.mutate(undefined, { onSuccess: () => void navigate("/sign-in") }),
    },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }} placement="bottomRight" getPopupContainer={besideTrigger}>
      <button
        type="button"
        className={styles.avatar}
        aria-label={t("user.menu", { name: user.display_name })}
      >
        <span aria-hidden>{user.display_name.slice(0, 1)}</span>
      </button>
    </Dropdown>
  );
}
