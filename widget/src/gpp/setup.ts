// `__gpp`, version 1.1 of the IAB's "GPP CMP API Specification": what this visitor's decision says in the words of the
// section that applies to them. The strings are the server's; this script picks one and reads it out.
import { expose, type Command } from "../advertising/frames"
import { whoIsThis, type Applies } from "../advertising/visitor"
import type { ConsentDecision } from "../widget"
import { readSection, type Segment } from "./read"

interface Row {
  readonly id: number
  readonly segments: string[]
  /** By "granted" or "denied" or "minor", and whether the signal is on: "denied gpc". */
  readonly strings: Record<string, string>
}
/** Written in front of this script by the server: the sections a visitor of this site may need, by their prefixes. */
declare const GPP: { readonly none: string; readonly sections: Record<string, Row> }

// Nobody registers for the sections of the United States: "a value of 1 must be used" ("What is CMP ID?").
const CMP_ID = 1

let applies: Applies | undefined
let text = ""
let display = "hidden"
let ready = false
let last = 0
const listeners = new Map<number, (data: unknown, success: boolean) => void>()

const rowOf = (prefix: unknown): Row | undefined =>
  typeof prefix === "string" && applies?.gpp === prefix ? GPP.sections[prefix] : undefined
const section = (prefix: unknown): Segment[] | null => {
  const row = rowOf(prefix)
  return row ? readSection(text.split("~")[1]!, row.segments) : null
}

function ping(): object {
  const row = rowOf(applies?.gpp)
  return {
    gppVersion: "1.1",
    cmpStatus: applies ? "loaded" : "loading",
    cmpDisplayStatus: display,
    signalStatus: ready ? "ready" : "not ready",
    supportedAPIs: Object.entries(GPP.sections).map(([prefix, { id }]) => `${id}:${prefix}`),
    cmpId: CMP_ID,
    sectionList: row ? [row.id] : [],
    applicableSections: row ? [row.id] : applies ? [-1] : [0],
    gppString: text,
    parsedSections: row ? { [applies!.gpp!]: section(applies!.gpp) } : {},
  }
}

const event = (eventName: string, data: unknown, listenerId: number): object => ({
  eventName,
  listenerId,
  data,
  pingData: ping(),
})

function fire(eventName: string, data: unknown): void {
  for (const [id, listener] of listeners) {
    // What others make of it is theirs, and keeps nobody from being told.
    try {
      listener(event(eventName, data, id), true)
    } catch (error) {
      reportError(error)
    }
  }
}

const COMMANDS = new Map<string, Command>(Object.entries<Command>({
  ping: (_, answer) => answer(ping(), true),
  addEventListener(_, answer) {
    listeners.set(++last, answer)
    answer(event("listenerRegistered", true, last), true)
  },
  removeEventListener: (_, answer, id) => answer(listeners.delete(id as number), true),
  hasSection: (_, answer, prefix) => answer(applies ? !!rowOf(prefix) : null, true),
  getSection: (_, answer, prefix) => answer(section(prefix), true),
  getField(_, answer, path) {
    const [prefix, field = ""] = String(path).split(".")
    const found = section(prefix)?.find((segment) => Object.keys(segment).includes(field))
    answer(found ? found[field] : null, true)
  },
}))

/** What is said from here on. A change is always told from "not ready" to "ready". */
function say(decision: ConsentDecision): void {
  const row = rowOf(applies?.gpp)
  const word = applies?.minor ? "minor" : decision.granted.includes("marketing") ? "granted" : "denied"
  const said = row ? row.strings[word + (applies?.gpc ? " gpc" : "")]! : GPP.none
  if (said === text) return
  const before = ready
  ready = false
  if (before) fire("signalStatus", "not ready")
  text = said
  if (row && before) fire("sectionChange", applies!.gpp)
  ready = true
  fire("signalStatus", "ready")
}

function show(status: string): void {
  if (display === status) return
  display = status
  fire("cmpDisplayStatus", status)
}

expose("__gpp", [1, 2, 3], (name, answer, parameter, version) => {
  const command = COMMANDS.get(name)
  if (command) command(name, answer, parameter, version)
  else answer(null, false)
})
whoIsThis(document.currentScript as HTMLScriptElement, (told, decision) => {
  applies = told
  fire("cmpStatus", "loaded")
  say(decision)
})
document.addEventListener("consentkit:show", () => show("visible"))
document.addEventListener("consentkit:decision", ({ detail }) => {
  if (!document.querySelector("section.ck-first")) show("hidden")
  if (applies) say(detail)
})
