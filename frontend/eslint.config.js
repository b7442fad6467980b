// The house rules of the frontend. The walls between rooms are repeated for relative paths in src/test/architecture.test.ts.
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Named exports only: the name then is the same everywhere.",
};
const noReExportAll = {
  selector: "ExportAllDeclaration",
  message: "No barrels: import from the file that has it.",
};

/** Forbids what a room may not see. */
function wall(files, patterns, ignores = []) {
  return {
    files,
    ignores,
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.gen.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat["recommended-latest"],
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-console": "error",
      "no-restricted-syntax": ["error", noDefaultExport, noReExportAll],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 12],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  { files: ["vite.config.ts", "vitest.config.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["**/*.test.{ts,tsx}", "src/test/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-function": "off",
      "max-lines": "off",
    },
  },
  wall(
    ["src/{ui,api,graph,form,i18n}/**"],
    [
      {
        group: ["@/features/*", "@/app/*", "**/features/**", "**/app/**"],
        message: "Shared rooms do not know features or the app.",
      },
    ],
    ["**/*.test.{ts,tsx}"],
  ),
  wall(
    ["src/api/**"],
    [
      {
        group: ["@/features/*", "@/app/*", "@/ui/*", "@/graph/*", "@/form/*", "**/features/**", "**/app/**"],
        message: "The api room knows only HTTP.",
      },
    ],
  ),
  ...["designer", "inbox", "console", "orders"].map((feature) =>
    wall(
      [`src/features/${feature}/**`],
      [
        {
          group: ["@/features/*", "@/app/*", "../../*", "../../../*"],
          message:
            "Features cannot see each other or the app; what two share moves down to ui, graph, form or api.",
        },
      ],
      ["**/*.test.{ts,tsx}"],
    ),
  ),
  {
    files: ["scripts/**", "*.config.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  prettier,
);
