// The guard of a site whose Content-Security-Policy is enforced: what `setup` wires, and what no policy stops.
import { guardHints } from "./hints"
import { guardNavigation } from "./navigation"
import { patchEach } from "./patch"
import { guardPeers } from "./peers"
import { judge } from "./setup"
import { guardSpeculation } from "./speculation"
import { guardStorage } from "./storage"

const guarded = new WeakSet<object>()

/** One window, and those that scripts make in frames. */
function guardWindow(realm: any): void {
  if (guarded.has(realm)) return
  guarded.add(realm)
  for (const guard of [guardHints, guardNavigation, guardPeers, guardSpeculation, guardStorage]) guard(realm, judge)
  for (const kind of ["HTMLIFrameElement", "HTMLFrameElement", "HTMLObjectElement"]) {
    patchEach(realm, `${kind}.contentWindow ${kind}.contentDocument`, (_args, frame, get) => {
      const found = get.call(frame)
      guardWindow(found.defaultView ?? found)
    })
  }
}
guardWindow(window)
