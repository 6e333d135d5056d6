// Held scripts, run as their author ordered them: HTML's rules for parsed scripts, kept with inserted ones.
import { restore, written } from "./held"

const unwritten = new Set<HTMLScriptElement>()

/** The scripts that tried to write into the page. */
export function scriptsThatWrote(): HTMLScriptElement[] {
  return [...unwritten]
}

/**
 * Run scripts in their order. External ones are fetched at once and run one after the other; what is written in the page
 * between them waits its turn; `defer` and modules come after all of these; `async` waits for nobody.
 */
export function runScripts(scripts: HTMLScriptElement[]): void {
  const deferred: HTMLScriptElement[] = []
  let soon: (next: () => void) => void = (next) => next()
  for (const script of scripts) {
    const order = orderOf(script)
    if (order === "deferred") deferred.push(script)
    else if (order === "free") insert(script)
    else if (order === "inline") soon(() => runInline(script))
    else {
      soon = whenOver(script)
      insert(script)
    }
  }
  deferred.forEach(insert)
}

/** HTML, "prepare the script element", steps 31 to 33. */
function orderOf(script: HTMLScriptElement): "blocking" | "inline" | "deferred" | "free" {
  const isModule = written(script, "type")?.trim().toLowerCase() === "module"
  const isHtml = script instanceof HTMLScriptElement
  if (isModule) return script.hasAttribute("async") ? "free" : "deferred"
  if (isHtml && script.hasAttribute("nomodule")) return "free"
  if (!isHtml) return written(script, "href") ?? written(script, "xlink:href") ? "free" : "inline"
  if (!script.hasAttribute("src")) return "inline"
  if (script.hasAttribute("async")) return "free"
  return script.hasAttribute("defer") ? "deferred" : "blocking"
}

/** Calls what it is given when an external script has run or failed: in its load event, before the next one's turn. */
function whenOver(script: HTMLScriptElement): (next: () => void) => void {
  let waiting: (() => void)[] | undefined = []
  const end = (): void => {
    const all = waiting ?? []
    waiting = undefined
    all.forEach((next) => next())
  }
  script.addEventListener("load", end)
  script.addEventListener("error", end)
  return (next) => (waiting ? waiting.push(next) : next())
}

/**
 * The element itself goes in again, at its place: a script that its type kept from running has not "already started".
 * So it keeps its nonce, its listeners and every attribute, and trusted types have nothing to ask.
 */
function insert(script: HTMLScriptElement): void {
  if (!script.isConnected) return
  restore(script)
  // Inserted scripts are async unless this is said (HTML, "force async"); the attribute is the author's.
  if (!script.hasAttribute("async")) script.async = false
  script.parentNode?.insertBefore(script, script.nextSibling)
}

/** Writing into a finished page would wipe it (HTML, "document write steps"), which no author meant. */
function runInline(script: HTMLScriptElement): void {
  const { write, writeln, open } = document
  document.write = document.writeln = () => void unwritten.add(script)
  document.open = (() => document) as typeof open
  try {
    insert(script)
  } finally {
    Object.assign(document, { write, writeln, open })
  }
}
