// The decision that the page acts on, and who wants to know.
import { announce } from "./events"
import type { ConsentDecision } from "./widget"

export interface State {
  decision(): ConsentDecision | undefined
  set(decision: ConsentDecision): void
  subscribe(listener: (decision: ConsentDecision) => void): () => void
}

export function createState(): State {
  let current: ConsentDecision | undefined
  return {
    decision: () => current,
    set(decision) {
      current = decision
      // A listener's mistake is the site's to hear of, and keeps nothing from going on.
      announce("consentkit:decision", decision)
    },
    subscribe(listener) {
      const hear = (): void => listener(current!)
      document.addEventListener("consentkit:decision", hear)
      if (current) hear()
      return () => document.removeEventListener("consentkit:decision", hear)
    },
  }
}
