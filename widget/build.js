// Builds the widget into the package, or with --tests its tests into node_modules; with --out=DIR, into another folder.
import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const here = fileURLToPath(new URL(".", import.meta.url))
const out = process.argv.find((word) => word.startsWith("--out="))?.slice(6)
const shared = { bundle: true, charset: "utf8", logLevel: "warning", absWorkingDir: here }

if (process.argv.includes("--tests")) {
  await build({
    ...shared,
    entryPoints: ["test/*.test.js"],
    platform: "node",
    format: "esm",
    outdir: "node_modules/.tests",
    outExtension: { ".js": ".mjs" },
  })
} else {
  const folder = out ?? join(here, "../src/consentkit/page/static")
  await build({
    ...shared,
    entryPoints: {
      widget: "src/setup.ts",
      guard: "src/guard/setup.ts",
      strict: "src/guard/strict.ts",
      tighten: "src/guard/enforce.ts",
    },
    format: "iife",
    target: "es2020",
    minify: true,
    // Types are for reading; what tsconfig.json says of strictness would only add a line to each file.
    tsconfigRaw: {},
    outdir: folder,
  })
  copyFileSync(join(here, "src/widget.d.ts"), join(folder, "widget.d.ts"))
}
