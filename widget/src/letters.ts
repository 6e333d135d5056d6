// The readable cookie: LETTERS.POLICY[v]. Knows text only; the server's cookie.py writes it.
import type { ConsentDecision } from "./widget"

const NAMES: Record<string, string> = { f: "functional", a: "analytics", m: "marketing" }
const SHAPE = /^(0|(?=[fam])f?a?m?)\.([0-9a-f]{8})$/

/** The value of one cookie. Of two values one is planted, and neither counts. */
export function cookieValue(cookies: string, name: string): string {
  const values = cookies.split("; ").filter((pair) => pair.startsWith(`${name}=`))
  return values.length === 1 ? values[0]!.slice(name.length + 1) : ""
}

/**
 * The decision in a value, if it can be told from it alone: not when it was made under another policy, nor when vendors
 * were chosen one by one ("v" behind the policy).
 */
export function parseLetters(value: string, policy: string): ConsentDecision | undefined {
  const [, letters = "", made] = SHAPE.exec(value) ?? []
  if (made !== policy) return undefined
  const granted = [...letters].flatMap((letter) => NAMES[letter] ?? [])
  return { granted: ["essential", ...granted], vendors: [] }
}
