// The decision that the page acts on, and who wants to know.
import type { ConsentDecision } from "./widget"

type Listener = (decision: ConsentDecision) => void

export interface State {
  decision(): ConsentDecision | undefined
  set(decision: ConsentDecision): void
  subscribe(listener: Listener): () => void
}

export function createState(): State {
  let current: ConsentDecision | undefined
  const listeners = new Set<Listener>()
  return {
    decision: () => current,
    set(decision) {
      current = decision
      for (const listener of listeners) {
        // A site's mistake is the site's to hear of, and keeps nothing from going on.
        try {
          listener(decision)
        } catch (error) {
          reportError(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      if (current) listener(current)
      return () => void listeners.delete(listener)
    },
  }
}
