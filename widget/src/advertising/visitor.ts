// Which frameworks apply to this visitor, and what is allowed: from the tag that loads a script of ours, or on a page for
// everybody from the server.
import type { ConsentDecision } from "../widget"

/** As the server says it (signals/applies.py). */
export interface Applies {
  /** The section of GPP for where the visitor is; null outside the United States. */
  readonly gpp: string | null
  readonly gpc: boolean
  readonly gdpr: boolean
  readonly minor: boolean
  /** Whether this visitor is still to be shown the banner. */
  readonly asked: boolean
}

type Told = (applies: Applies, decision: ConsentDecision) => void

/** Tell it: at once on a visitor's own page; without an answer, never. */
export function whoIsThis({ dataset, src }: HTMLScriptElement, told: Told): void {
  if (dataset.ckApplies && dataset.ckDecision) {
    return told(JSON.parse(dataset.ckApplies), JSON.parse(dataset.ckDecision))
  }
  fetch(src.replace(/static\/[^/]*$/, "signals"))
    .then((answer) => answer.json())
    .then(({ applies, decision }) => told(applies, decision), () => undefined)
}
