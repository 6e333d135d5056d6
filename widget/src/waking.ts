// Waking: what is held and now allowed, in the page's order.
import { allows } from "./decision"
import { announce } from "./events"
import { heldElements, restore } from "./held"
import { runScripts } from "./scripts"
import type { ConsentDecision } from "./widget"

// Scripts still waiting for their turn carry their marks; they are not to be woken twice.
const woken = new WeakSet<Element>()

export function wake(decision: ConsentDecision): void {
  const scripts: HTMLScriptElement[] = []
  for (const [element, label] of heldElements()) {
    if (woken.has(element) || !allows(decision, label)) continue
    if (!announce("consentkit:wake", { element, label })) continue
    woken.add(element)
    if (element.matches('script[type="text/plain"]')) scripts.push(element as HTMLScriptElement)
    else restore(element)
  }
  runScripts(scripts)
}
