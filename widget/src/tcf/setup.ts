// `__tcfapi`, version 2 of the IAB's "CMP API": the visitor's TC string, read out. The server writes the string into a
// cookie when a choice is made; until then, and for whoever must not be asked, it is one that allows nothing.
import { expose, type Command } from "../advertising/frames"
import { whoIsThis, type Applies } from "../advertising/visitor"
import { cookieValue } from "../letters"
import { readString } from "./read"

/** Written in front of this script by the server: who we are to the framework, and the string that allows nothing. */
declare const TCF: {
  readonly cmpId: number
  readonly cmpVersion: number
  /** The list's version, and the file beside this one in which it is. */
  readonly vendorList: number
  readonly list: string
  readonly policyVersion: number
  /** Whether the cookie is this host's alone, and says so by its name over https. */
  readonly host: boolean
  readonly nothing: string
}
type Status = "tcloaded" | "cmpuishown" | "useractioncomplete"
type Listener = (data: unknown, success: boolean) => void

const API_VERSION = 2
const LIST = (document.currentScript as HTMLScriptElement).src.replace(/[^/]*$/, TCF.list)
const NAME = TCF.host && location.protocol === "https:" ? "__Host-ck_tc" : "ck_tc"

let applies: Applies | undefined
let status: Status | undefined
let granted: readonly string[] = []
let pressed = false
let last = 0
const listeners = new Map<number, Listener>()
const waiting: (() => void)[] = []

/** The string in force, read. One of another list's policy version, or another CMP's, is nobody's any more. */
function current(): { tcString: string; said: object; restrictions: object } {
  // A signal that took marketing away has not left it to advertisers.
  const silenced = applies!.minor || (applies!.gpc && !granted.includes("marketing"))
  try {
    const [text = ""] = cookieValue(document.cookie, NAME).split("~")
    const { cmpId, policyVersion, ...told } = readString(text)
    if (!silenced && cmpId === TCF.cmpId && policyVersion === TCF.policyVersion) return { tcString: text, ...told }
  } catch {
    // None, or a sandboxed frame, which may not read cookies.
  }
  return { tcString: TCF.nothing, ...readString(TCF.nothing) }
}

function tcData(listenerId?: number): object {
  const { cmpId, cmpVersion, policyVersion: tcfPolicyVersion } = TCF
  const about = { cmpId, cmpVersion, tcfPolicyVersion, gdprApplies: applies!.gdpr, eventStatus: status, cmpStatus: "loaded" }
  if (!applies!.gdpr) return { ...about, listenerId }
  const { tcString, said, restrictions } = current()
  const none = () => ({ consents: {}, legitimateInterests: {} })
  return { ...about, listenerId, tcString, ...said, publisher: { ...none(), customPurpose: none(), restrictions } }
}

function ping(): object {
  return {
    gdprApplies: applies?.gdpr,
    cmpLoaded: true,
    cmpStatus: "loaded",
    displayStatus: status === "cmpuishown" ? "visible" : applies && !applies.gdpr ? "disabled" : "hidden",
    apiVersion: `${API_VERSION}.3`,
    cmpVersion: TCF.cmpVersion,
    cmpId: TCF.cmpId,
    gvlVersion: TCF.vendorList,
    tcfPolicyVersion: TCF.policyVersion,
  }
}

/** The list that this site shows, for whoever asks for that version or for the latest there is. */
function vendorList(answer: Listener, version: unknown): void {
  const known = version == null || version === "LATEST" || String(version) === String(TCF.vendorList)
  if (!known) return answer(null, false)
  fetch(LIST)
    .then((found) => (found.ok ? found.json() : Promise.reject()))
    .then((list) => answer(list, true), () => answer(null, false))
}

function enter(next: Status): void {
  status = next
  const known = [...listeners]
  for (const answer of waiting.splice(0)) answer()
  for (const [id, listener] of known) {
    // What others make of it is theirs, and keeps nobody from being told.
    try {
      listener(tcData(id), true)
    } catch (error) {
      reportError(error)
    }
  }
}

/** Whoever asks for what is not known yet waits, in order. */
const when = (answer: () => void): unknown => (status ? answer() : waiting.push(answer))

const COMMANDS = new Map<string, Command>(Object.entries<Command>({
  ping: (_, answer) => answer(ping(), true),
  getTCData: (_, answer) => when(() => answer(tcData(), true)),
  addEventListener: (_, answer) =>
    when(() => {
      const id = ++last
      answer(tcData(id), true)
      listeners.set(id, answer)
    }),
  getVendorList: (_, answer, version) => vendorList(answer, version),
  removeEventListener: (_, answer, id) =>
    when(() => (answer as (success: boolean) => void)(listeners.delete(id as number))),
}))

expose("__tcfapi", [2, 3, 1], (name, answer, parameter, version) => {
  const command = COMMANDS.get(name)
  // 0 and nothing stand for the latest ("How does the version parameter work?").
  if (command && (!version || version === API_VERSION)) command(name, answer, parameter, version)
  else answer(null, false)
})
whoIsThis(document.currentScript as HTMLScriptElement, (told, decision) => {
  applies = told
  granted = decision.granted
  if (!told.asked || !told.gdpr) enter("tcloaded")
  else if (document.querySelector("section.ck-first")) enter("cmpuishown")
})
document.addEventListener("consentkit:show", () => {
  if (applies?.gdpr) enter("cmpuishown")
})
document.addEventListener("consentkit:choice", () => {
  pressed = true
})
document.addEventListener("consentkit:decision", ({ detail }) => {
  granted = detail.granted
  if (pressed && applies?.gdpr) enter("useractioncomplete")
  pressed = false
})
