// Writes src/api/schema.gen.ts from the checked-in OpenAPI document.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const schema = join(here, "..", "..", "docs", "openapi.json");
const target = join(here, "..", "src", "api", "schema.gen.ts");
const cli = join(
  dirname(createRequire(import.meta.url).resolve("openapi-typescript/package.json")),
  "bin",
  "cli.js",
);
const exact = ["--array-length", "--default-non-nullable=false"];
const run = spawnSync(process.execPath, [cli, schema, ...exact, "-o", target], { stdio: "inherit" });
process.exitCode = run.status ?? 1;
