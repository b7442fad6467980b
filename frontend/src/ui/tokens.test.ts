import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dark, light } from "./tokens";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");
const [lightCss = "", darkCss = ""] = css.split(':root[data-theme="dark"]');

function colours(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("tokens.css says the same as tokens.ts", () => {
  expect(colours(lightCss)).toEqual(light);
  expect(colours(darkCss)).toEqual(dark);
});

test.each([
  ["light", light],
  ["dark", dark],
] as const)("every text colour of the %s theme can be read on every ground it stands on", (_name, theme) => {
  const weak: string[] = [];
  for (const text of ["text", "muted", "link", "danger", "warning", "success"] as const) {
    for (const ground of ["bg", "surface", "raised", "hover", "selected"] as const) {
      const ratio = contrast(theme[text], theme[ground]);
      if (ratio < 4.5) weak.push(`${text} on ${ground}: ${ratio.toFixed(2)}`);
    }
  }
  for (const [text, ground] of [
    ["danger", "danger-soft"],
    ["warning", "warning-soft"],
    ["success", "success-soft"],
    ["link", "info-soft"],
    ["muted", "neutral-soft"],
  ] as const) {
    const ratio = contrast(theme[text], theme[ground]);
    if (ratio < 4.5) weak.push(`${text} on ${ground}: ${ratio.toFixed(2)}`);
  }
  if (contrast("#ffffff", theme.primary) < 4.5) weak.push("white on primary");

  expect(weak).toEqual([]);
});
