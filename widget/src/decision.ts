// What is allowed. Knows words only: no page, no cookie, no server.
import type { ConsentDecision } from "./widget"

const CATEGORIES = 4

/** Whether everything a held element is labelled with may run: "category vendor", several joined by ", ". */
export function allows(decision: ConsentDecision, label: string): boolean {
  return label.split(", ").every((one) => {
    const [category = "", vendor = ""] = one.split(" ")
    return decision.granted.includes(category) || decision.vendors.includes(vendor)
  })
}

/** Whether something that was allowed before no longer is. A vendor may have become part of its whole category. */
export function takesAway(before: ConsentDecision, after: ConsentDecision): boolean {
  if (after.granted.length === CATEGORIES) return false
  return (
    before.granted.some((category) => !after.granted.includes(category)) ||
    before.vendors.some((vendor) => !after.vendors.includes(vendor))
  )
}
