// What is held now: the table's word against the decision as it stands at this moment. Knows addresses; no elements.
import type { ConsentDecision } from "../widget"

/** A label, the hosts and paths it is for, and the names of cookies and storage keys: as guard_table.py writes them. */
export type Row = readonly [label: string, places: RegExp, names: RegExp]

export interface Judge {
  /** The label that holds a URL, "" to let it be. */
  url(url: unknown): string
  /** The same for a cookie or storage key. */
  name(name: string): string
}

export function createJudge(rows: readonly Row[], decision: () => ConsentDecision): Judge {
  const judge = (column: 1 | 2, text: string): string => {
    const label = rows.find((row) => row[column].test(text))?.[0] ?? ""
    const { granted, vendors } = decision()
    // A category may be told by its first letter alone: see `initial`.
    const allowed = granted.some((category) => label.startsWith(category)) || vendors.includes(label.split(" ")[1]!)
    return allowed ? "" : label
  }
  return {
    url(url) {
      try {
        const { hostname, pathname, search } = new URL(url as string, document.baseURI)
        // On the site's own host only what its policy declares counts, and the rows from the catalogue know no "!".
        return judge(1, (hostname === location.hostname ? "!" : "") + hostname + pathname + search)
      } catch {
        return ""
      }
    },
    name: (name) => judge(2, name),
  }
}
