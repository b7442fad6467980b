/** Every catalogue of this language; the name of a file is its namespace. */
import type { ResourceLanguage } from "i18next";

const files = import.meta.glob<ResourceLanguage[string]>("./zh-CN/*.json", {
  eager: true,
  import: "default",
});

export const catalogue: ResourceLanguage = Object.fromEntries(
  Object.entries(files).map(([path, texts]) => [path.slice("./zh-CN/".length, -".json".length), texts]),
);
