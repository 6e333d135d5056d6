// Builds the widget into the package, or with --tests its tests into node_modules; with --out=DIR, into another folder.
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { minify } from "terser"

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
  await buildScripts(folder, "iife", {
    widget: "src/setup.ts",
    guard: "src/guard/setup.ts",
    strict: "src/guard/strict.ts",
    tighten: "src/guard/enforce.ts",
    signals: "src/signals/setup.ts",
    gpp: "src/gpp/setup.ts",
    tcf: "src/tcf/setup.ts",
  })
  // Imported by the widget when it is needed.
  await buildScripts(folder, "esm", { second: "src/second.ts" })
  copyFileSync(join(here, "src/widget.d.ts"), join(folder, "widget.d.ts"))
  await buildVerifier(out ?? join(here, "../src/consentkit/export/static"))
}

// Every visitor who is asked loads these: what one minifier leaves, another takes, some 4 % with Brotli.
async function buildScripts(folder, format, entryPoints) {
  const made = await build({
    ...shared,
    entryPoints,
    format,
    target: "es2020",
    minify: true,
    // Types are for reading; what tsconfig.json says of strictness would only add a line to each file.
    tsconfigRaw: {},
    outdir: folder,
    write: false,
  })
  for (const { path, text } of made.outputFiles) {
    const { code } = await minify(text, { ecma: 2020, module: format === "esm", compress: { passes: 3 } })
    writeFileSync(join(folder, basename(path)), code)
  }
}

// One file that works without a network: its policy allows what is in it, and nothing else.
async function buildVerifier(folder) {
  const source = join(here, "src/verifier")
  const made = await build({
    ...shared,
    entryPoints: { script: join(source, "page.ts"), style: join(source, "page.css") },
    format: "iife",
    target: "es2022",
    minify: true,
    tsconfigRaw: {},
    outdir: folder,
    write: false,
  })
  const [script, style] = [".js", ".css"].map((end) => made.outputFiles.find((file) => file.path.endsWith(end)).text.trim())
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; form-action 'none'; base-uri 'none'`
  const fill = { CSP: policy, STYLE: style, SCRIPT: script }
  mkdirSync(folder, { recursive: true })
  const page = readFileSync(join(source, "page.html"), "utf8").replace(/CSP|STYLE|SCRIPT/g, (name) => fill[name])
  writeFileSync(join(folder, "verify.html"), page)
}
