// The guard of a site whose Content-Security-Policy is enforced: what `setup` wires, and what only a Proxy can see.
import { judge } from "./setup"
import { guardStorage } from "./storage"

guardStorage(window, judge)
