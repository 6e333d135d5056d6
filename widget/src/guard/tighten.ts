// What a page for everybody may reach once it is known who reads it. Knows words only: the table is policy/sources.py's.
import type { ConsentDecision } from "../widget"

/**
 * The policy text for a decision: the table's first line, with the sources of allowed vendors in the places left for them.
 * Every other line is "category vendor source source…". Without a decision nobody is allowed.
 */
export function tighten(decision: ConsentDecision | undefined, table: string): string {
  const [template = "", ...vendors] = table.split("\n")
  const allowed = vendors.flatMap((line) => {
    const [category = "", vendor = "", ...sources] = line.split(" ")
    const may = decision?.granted.includes(category) || decision?.vendors.includes(vendor)
    return may ? sources : []
  })
  return template.split(" @").join(["", ...allowed].join(" "))
}
