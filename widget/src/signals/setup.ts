// Everything wired: before the first tag of a page runs, who the policy names is told what is allowed, and again when it
// changes. Nothing is loaded, sent or stored.
import { announce } from "../events"
import { initialDecision } from "../guard/initial"
import type { ConsentDecision } from "../widget"
import { DIALECTS, type When } from "./dialects"
import { worded } from "./words"

/** Written in front of this script by the server: who is told, and which label is behind each of their words. */
declare const TOLD: Record<string, Record<string, string>>

const { dataset } = document.currentScript!
const first = initialDecision(dataset)
let last = ""
let pressed = false

function tell(when: When, decision: ConsentDecision): void {
  last = stateOf(decision)
  for (const name in TOLD) {
    // What others make of it is theirs, and keeps nobody from being told.
    try {
      DIALECTS[name]?.(when, worded(TOLD[name]!, decision))
    } catch (error) {
      reportError(error)
    }
  }
}

function stateOf(decision: ConsentDecision): string {
  return JSON.stringify(Object.values(TOLD).map((words) => worded(words, decision)))
}

// A choice is an update on each later page; without one the regime's rule is the default. Once somebody has chosen, the
// readable cookie tells at least "0" beside what is essential.
if (dataset.ckDecision ? "ckChosen" in dataset : first.granted.length > 1) {
  tell("default", { granted: ["essential"], vendors: [] })
  tell("update", first)
} else tell("default", first)

// A refusal is an update, too, though nothing has changed.
document.addEventListener("consentkit:choice", () => {
  pressed = true
})
document.addEventListener("consentkit:decision", ({ detail }) => {
  if (pressed || stateOf(detail) !== last) tell("update", detail)
  pressed = false
})

// Where there is no widget to say it, and once all who would listen are there.
if (TOLD.event && dataset.ckDecision) {
  addEventListener("DOMContentLoaded", () => window.consentkit || announce("consentkit:decision", first))
}
