// Everything wired, on one screen. The page works without any of it.
import { closeBanner, findBanner, nameLink, offerWithdrawal, showBanner } from "./banner"
import { listenForChoices } from "./choice"
import { takesAway } from "./decision"
import { cookieValue, parseLetters } from "./letters"
import { askServer, readDecision } from "./notice"
import { scriptsThatWrote } from "./scripts"
import { address, readSite } from "./site"
import { createState } from "./state"
import { wake } from "./waking"
import type { ConsentDecision, Consentkit } from "./widget"

const NOBODY: ConsentDecision = { granted: ["essential"], vendors: [] }
// For what was chosen to be read, or said aloud, before the page is loaded again.
const HEARD = 1500

function setUp(script: HTMLScriptElement): void {
  const site = readSite(script)
  const state = createState()
  const cookie = (): string => cookieValue(document.cookie, site.cookie)
  const banner = findBanner()
  const first = cookie()
  const opened = banner ? readDecision(banner) : parseLetters(first, site.policy) ?? NOBODY
  let seen = first

  // A policy that was sent cannot be loosened. Without a new cookie loading again would change nothing, for ever.
  const outgrows = (decision: ConsentDecision): boolean =>
    site.enforces && cookie() !== first && takesAway(decision, opened)
  const act = (decision: ConsentDecision, pause = 0): void => {
    // What has run cannot be un-run.
    const before = state.decision()
    if (before && takesAway(before, decision)) {
      // Who is told of it may still stop what it sends when the page goes.
      state.set(decision)
      return location.reload()
    }
    if (outgrows(decision)) return void setTimeout(() => location.reload(), pause)
    state.set(decision)
    // Without a cookie nothing was chosen: what silence allows is refused, and not withdrawn.
    if (cookie()) offerWithdrawal(decision)
    wake(decision)
  }
  const settle = (decision: ConsentDecision, outcome?: string): void => {
    seen = cookie()
    closeBanner(outcome, outgrows(decision))
    act(decision, outcome ? HEARD : 0)
  }
  const ask = (): void =>
    askServer(`${address(site, "notice")}&lang=${document.documentElement.lang}`, (decision, found, isBanner) => {
      if (!isBanner) {
        nameLink(found)
        return settle(decision)
      }
      // In a frame nobody is asked: its page cannot tell what lies over it.
      if (!findBanner() && self === top) showBanner(found)
      act(decision)
    })
  const consult = (): void => {
    seen = cookie()
    const decision = parseLetters(seen, site.policy)
    // The signal may be newer than the cookie: what it takes away is the server's to say.
    const signal = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
    if (!decision || (signal && decision.granted.includes("marketing"))) ask()
    else settle(decision)
  }

  const more = (form: HTMLFormElement): void => {
    // Fetched only when somebody asks for it, from beside this script.
    import(script.src.replace("widget.js", "second.js")).then(
      ({ openSecond }) => openSecond(form, settle),
      () => form.submit(),
    )
  }

  listenForChoices(".ck-first form", settle, more)
  // Back from the back/forward cache, with a choice made elsewhere in between.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && cookie() !== seen) consult()
  })

  const consentkit: Consentkit = {
    decision: state.decision,
    open: () => location.assign(address(site, "preferences")),
    subscribe: state.subscribe,
    unwritten: scriptsThatWrote,
  }
  Object.assign(window, { consentkit })

  if (banner) {
    showBanner(banner)
    act(readDecision(banner))
  } else consult()
}

if (!window.consentkit) setUp(document.currentScript as HTMLScriptElement)
