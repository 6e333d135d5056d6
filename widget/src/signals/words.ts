// A decision in somebody's words. Knows labels: "category", or "category vendor vendor…" for who is declared in it.
import type { ConsentDecision } from "../widget"

export type Words = Record<string, "granted" | "denied">

export function worded(labels: Record<string, string>, decision: ConsentDecision): Words {
  const words: Words = {}
  for (const word in labels) words[word] = allows(decision, labels[word]!) ? "granted" : "denied"
  return words
}

/** Categories may be told by their first letters alone: see `initial`. */
function allows({ granted, vendors }: ConsentDecision, label: string): boolean {
  const [category = "", ...named] = label.split(" ")
  return granted.some((one) => category.startsWith(one)) || (named.length > 0 && named.every((id) => vendors.includes(id)))
}
