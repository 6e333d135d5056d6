// The first layer in the page: the server's markup, shown and taken away. No word here is ours to say.
import { announce } from "./events"
import type { ConsentDecision } from "./widget"

const SECTION = ".ck-first"
const LATER = ".ck-later"
const LINK = 'aside > a[href$="/preferences"]'
const WITHDRAWAL = LINK + " + form"

let region: HTMLElement | undefined
let cameFrom: HTMLElement | null = null

export function findBanner(): HTMLElement | null {
  return document.querySelector<HTMLElement>(SECTION)
}

/** Show a section that the page has, or that came after it, unless the site objects. */
export function showBanner(section: HTMLElement): void {
  if (!announce("consentkit:show", { section })) {
    section.remove()
    return
  }
  if (!document.contains(section)) document.body.prepend(section)
  section.addEventListener("focusin", ({ relatedTarget }) => {
    // Back from the second layer is not from elsewhere.
    if (relatedTarget instanceof HTMLElement && !relatedTarget.closest(".ck-first,.ck-second")) cameFrom = relatedTarget
  })
  // A live region is heard when its text changes after it was there.
  region = document.createElement("div")
  region.className = "ck-said"
  region.lang = section.lang
  region.setAttribute("role", "status")
  section.before(region)
}

/** Take the banner away, put the link to change one's mind in its place, and say what was chosen; `shown`, to all eyes. */
export function closeBanner(outcome = "", shown = false): void {
  const section = findBanner()
  if (!section) return
  const hadFocus = section.contains(document.activeElement)
  const later = document.querySelector<HTMLTemplateElement>(LATER)
  // A site's template may have placed the link itself.
  if (!document.querySelector(LINK)) later?.replaceWith(later.content)
  section.remove()
  if (region) say(region, outcome, shown)
  if (hadFocus) returnFocus()
}

/** Before the link's words, what the server has to say to this visitor alone: that their signal was honoured. */
export function nameLink({ textContent }: HTMLElement): void {
  document.querySelector(LINK)?.prepend(textContent!)
}

/** Beside the link, for whoever has allowed something: one press withdraws it. What takes away loads the page again. */
export function offerWithdrawal({ granted, vendors }: ConsentDecision): void {
  const form = document.querySelector<HTMLFormElement>(WITHDRAWAL)
  if (form && (granted[1] || vendors[0])) form.hidden = false
}

function say(region: HTMLElement, outcome: string, shown: boolean): void {
  const words = document.createElement("p")
  words.className = "ck-text"
  words.textContent = outcome
  if (shown && outcome) region.className = "ck-first"
  region.append(words)
}

/** To where the visitor came from; who came from the top of the page goes on from the link that stands there. */
function returnFocus(): void {
  const place = cameFrom?.isConnected ? cameFrom : document.querySelector<HTMLElement>(LINK)
  place?.focus({ preventScroll: true })
}
