/** Which theme is shown, and the antd tokens that belong to it. */
import { theme as antd, type ThemeConfig } from "antd";
import { useEffect } from "react";
import { type ThemeChoice, usePreferences } from "./preferences";
import { dark, FONT_STACK, light, type TokenName } from "./tokens";
import { useMediaQuery } from "./useMediaQuery";

export type ThemeName = "light" | "dark";

const DARK = "(prefers-color-scheme: dark)";

function shownTheme(choice: ThemeChoice, systemDark: boolean): ThemeName {
  if (choice !== "system") return choice;
  return systemDark ? "dark" : "light";
}

/** Sets the colours before the first render, so that nothing flashes. */
export function applyThemeNow(): void {
  const choice = usePreferences.getState().theme;
  document.documentElement.dataset["theme"] = shownTheme(choice, window.matchMedia(DARK).matches);
}

/** The theme shown now; keeps `<html data-theme>` in step. */
export function useTheme(): ThemeName {
  const choice = usePreferences((preferences) => preferences.theme);
  const shown = shownTheme(choice, useMediaQuery(DARK));
  useEffect(() => {
    document.documentElement.dataset["theme"] = shown;
  }, [shown]);
  return shown;
}

/** antd derives a dull red for dark grounds; ours keeps its contrast, with dark words on the solid button. */
const DARK_DANGER = {
  colorError: dark.danger,
  colorErrorHover: "#ffb4ae",
  colorErrorBorderHover: "#ffb4ae",
  colorErrorActive: dark.danger,
  dangerColor: "#3a0b07",
};

export function antdTheme(name: ThemeName): ThemeConfig {
  const colour: Record<TokenName, string> = name === "dark" ? dark : light;
  return {
    algorithm: name === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      fontFamily: FONT_STACK,
      borderRadius: 6,
      colorPrimary: colour.primary,
      colorPrimaryHover: colour["primary-hover"],
      colorPrimaryActive: colour["primary-hover"],
      colorInfo: colour.link,
      colorLink: colour.link,
      colorLinkHover: colour.link,
      colorLinkActive: colour.link,
      colorSuccess: colour.success,
      colorWarning: colour.warning,
      colorError: colour.danger,
      colorText: colour.text,
      colorTextSecondary: colour.muted,
      colorTextDescription: colour.muted,
      colorTextPlaceholder: name === "dark" ? "#a3a9b3" : "#6b7480",
      colorBgLayout: colour.bg,
      colorBgContainer: colour.surface,
      colorBgElevated: colour.raised,
      colorBorder: colour.control,
      colorBorderSecondary: colour.hairline,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.18s",
    },
    components: {
      Button: {
        fontWeight: 500,
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        defaultHoverColor: colour.link,
        defaultHoverBorderColor: colour.link,
        defaultActiveColor: colour.link,
        defaultActiveBorderColor: colour.link,
        ...(name === "dark" ? DARK_DANGER : {}),
      },
    },
  };
}
