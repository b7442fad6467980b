/** The colours of both themes. tokens.css holds the same values for plain CSS; a test keeps the two equal. */

export const light = {
  bg: "#f6f7f9",
  surface: "#ffffff",
  raised: "#ffffff",
  hover: "#f0f2f5",
  selected: "#e8f0ff",
  text: "#1d2129",
  muted: "#4e5969",
  line: "#c9cdd4",
  hairline: "#e5e6eb",
  control: "#86909c",
  primary: "#165dff",
  "primary-hover": "#0e4fe0",
  link: "#165dff",
  approval: "#b54708",
  condition: "#00713c",
  action: "#3b3fb6",
  danger: "#b42318",
  "danger-soft": "#fef0ee",
  warning: "#8a5a00",
  "warning-soft": "#fff6e0",
  success: "#006d3c",
  "success-soft": "#e8f7ee",
  "info-soft": "#eef3ff",
  "neutral-soft": "#f0f2f5",
} as const;

export type TokenName = keyof typeof light;

export const dark: Record<TokenName, string> = {
  bg: "#17181c",
  surface: "#23252b",
  raised: "#2a2d34",
  hover: "#2d3038",
  selected: "#1f3056",
  text: "#f2f3f5",
  muted: "#c9cdd4",
  line: "#4e5969",
  hairline: "#363a43",
  control: "#86909c",
  primary: "#165dff",
  "primary-hover": "#0e4fe0",
  link: "#6aa1ff",
  approval: "#ffb65d",
  condition: "#5fd39b",
  action: "#a9b3ff",
  danger: "#ff9c94",
  "danger-soft": "#40211f",
  warning: "#ffd27a",
  "warning-soft": "#3b2f14",
  success: "#6ee7a8",
  "success-soft": "#163526",
  "info-soft": "#1d2b4a",
  "neutral-soft": "#2f323a",
};

export const FONT_STACK = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
