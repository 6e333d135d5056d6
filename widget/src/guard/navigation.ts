// Where scripts send the visitor of a page, by whatever way: `location`, a form, a refresh. Knows events of navigation and
// a judge. No policy that lets a page run its own scripts stops these; where a visitor goes by an act of their own is theirs.
import type { Judge } from "./judge"
import { patch, patchEach, type Before } from "./patch"

/** Let no script of one window lead to what is held, in this window or in a new one, unless the visitor has just acted. */
export function guardNavigation(realm: any, judge: Judge): void {
  const isHeld = (url: unknown): string | false => !realm.navigator.userActivation?.isActive && judge.url(url)
  realm.navigation?.addEventListener("navigate", (event: any) => {
    if (!event.userInitiated && isHeld(event.destination.url)) event.preventDefault()
  })
  // As where windows that nobody asked for are blocked.
  patch(realm, "open", ([url]) => isHeld(url) && [null])
  // What opens a window is no navigation of this one.
  const isPressed: Before = ([event], element) =>
    (event?.type ?? "click") === "click" && isHeld((element.closest?.("a,area") ?? element).href ?? element.action) && []
  patchEach(realm, "HTMLElement.click EventTarget.dispatchEvent HTMLFormElement.submit", isPressed)
}
