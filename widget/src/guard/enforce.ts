// On a page for everybody whose Content-Security-Policy is enforced: the policy is narrowed to what this reader allows,
// before any other script runs. Part of the guard's file there, and of no other.
import { cookieValue, parseLetters } from "../letters"
import { tighten } from "./tighten"

/** Written in front of this script by the server: see guard/csp.py. */
declare const SOURCES: string

const [name, policy = ""] = document.currentScript!.dataset.ckState?.split(".") ?? []
if (name) {
  let cookies = ""
  try {
    cookies = document.cookie
  } catch {
    // A sandboxed frame may not read cookies.
  }
  const meta = document.createElement("meta")
  meta.httpEquiv = "Content-Security-Policy"
  meta.content = tighten(parseLetters(cookieValue(cookies, name), policy), SOURCES)
  document.head.append(meta)
}
