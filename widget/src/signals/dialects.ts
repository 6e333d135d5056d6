// How each kind of software is told, as a table. Knows their queues and the order of calls they ask for, as their makers
// document it; not what is allowed. All of them may come later than we do, or never.
import type { Words } from "./words"

export type When = "default" | "update"
type Dialect = (when: When, words: Words) => void

const page = window as any

/** Google, "Set up consent mode on websites": commands are `arguments` objects, and no arrays. */
function gtag(..._command: unknown[]): void {
  queue("dataLayer").push(arguments)
}

function queue(name: string): unknown[] {
  return (page[name] ||= [])
}

const waiting: unknown[][] = []

function fbq(...call: unknown[]): void {
  if (page.fbq) page.fbq(...call)
  else if (waiting.push(call) === 1) lieInWait()
}

/**
 * Meta's snippet makes `fbq` only where there is none, and what it makes can be called once it has a queue. So the calls
 * wait until somebody reaches for it in order to call it, and go before that call: it is `init`.
 */
function lieInWait(): void {
  let made: any
  Object.defineProperty(page, "fbq", {
    configurable: true,
    set: (value) => {
      made = value
    },
    get() {
      if (made?.queue || made?.callMethod) {
        Object.defineProperty(page, "fbq", { value: made, writable: true, enumerable: true })
        for (const call of waiting.splice(0)) made(...call)
      }
      return made
    },
  })
}

/**
 * TikTok's snippet goes on with the queue it finds; what stands in it are names of methods with their arguments. `load` is
 * not among them: what is said before it and after it comes out in the same order.
 */
function ttq(method: string): void {
  const methods = (page.ttq ||= [])
  if (methods[method]) methods[method]()
  else methods.push([method])
}

export const DIALECTS: Record<string, Dialect> = {
  google: (when, words) => gtag("consent", when, words),
  // Microsoft Advertising, "UET Consent Mode": three entries, not one.
  uet: (when, words) => queue("uetq").push("consent", when, words),
  // Microsoft Clarity, "Clarity Consent API V2": the snippet takes over a function that is there, with its queue.
  clarity: (_when, words) => {
    page.clarity ||= function () {
      ;(page.clarity.q ||= []).push(arguments)
    }
    page.clarity("consentv2", words)
  },
  // Meta for Developers, "General Data Protection Regulation": revoke on every page before `init`, and then grant.
  meta: (when, { grant }) => {
    if (when === "default" || grant === "denied") fbq("consent", "revoke")
    if (grant === "granted") fbq("consent", "grant")
  },
  // The three calls of the base code of TikTok's pixel: hold until it is known, then grant or revoke.
  tiktok: (when, { grant }) => {
    if (when === "default") ttq("holdConsent")
    if (grant === "granted") ttq("grantConsent")
    else if (when === "update") ttq("revokeConsent")
  },
  data_layer: (when, words) => queue("dataLayer").push({ event: `consentkit_${when}`, consentkit: words }),
}
