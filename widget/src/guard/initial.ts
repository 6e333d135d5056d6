// The decision before the widget knows better: as the tag says, or on a page for everybody as the readable cookie does.
import type { ConsentDecision } from "../widget"

/** Categories may be told by their first letters alone. */
export function initialDecision({ ckDecision, ckState }: DOMStringMap): ConsentDecision {
  if (ckDecision) return JSON.parse(ckDecision)
  const granted = ["e"]
  try {
    const [name, policy] = ckState!.split(".")
    const values = document.cookie.split("; ").filter((pair) => pair.startsWith(`${name}=`))
    // Of two values one is planted, and joined they fit no policy; nor does one that says vendors were chosen ("v").
    const [, letters, made] = values.join().split(/[=.]/)
    // The signal may be newer than the cookie: what it takes away is the server's to say.
    if (made === policy && !(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) granted.push(...letters!)
  } catch {
    // A sandboxed frame may not read cookies.
  }
  return { granted, vendors: [] }
}
