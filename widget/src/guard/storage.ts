// Storage written as properties, `localStorage.name = value`, which passes no function that could be patched. Part of the
// guard's file where the site's Content-Security-Policy is enforced, and of no other.
import type { Judge } from "./judge"

/** Put something before a window's storages that writes what the judge lets be. Its methods are those of the storage. */
export function guardStorage(realm: Window, judge: Judge): void {
  for (const key of ["localStorage", "sessionStorage"] as const) {
    let storage: Storage
    try {
      storage = realm[key]
    } catch {
      continue // A sandboxed frame may store nothing.
    }
    const guarded = new Proxy(storage, {
      get(target, name) {
        const found = Reflect.get(target, name)
        return typeof found === "function" ? found.bind(target) : found
      },
      set: (target, name, value) => !!judge.name(String(name)) || Reflect.set(target, name, value),
      defineProperty: (target, name, described) =>
        !!judge.name(String(name)) || Reflect.defineProperty(target, name, described),
    })
    Reflect.defineProperty(realm, key, { get: () => guarded, configurable: true, enumerable: true })
  }
}
