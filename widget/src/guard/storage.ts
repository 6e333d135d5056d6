// Storage written as properties, `localStorage.name = value`, which passes no function that could be patched. Part of the
// guard's file where the site's Content-Security-Policy is enforced, and of no other.
import type { Judge } from "./judge"

/** Put a proxy in the place of a method, a class, or what reads a property. Unlike a patch it keeps the errors it meets. */
function replace(owner: object, key: string, traps: ProxyHandler<any>): void {
  const found: any = Reflect.getOwnPropertyDescriptor(owner, key)!
  const slot = found.get ? "get" : "value"
  found[slot] = new Proxy(found[slot], traps)
  Reflect.defineProperty(owner, key, found)
}

/**
 * Put something before a window's storages that writes what the judge lets be. It goes for the storage everywhere: the
 * platform's functions, called on it, are called on what is behind, and events name it.
 */
export function guardStorage(realm: any, judge: Judge): void {
  const behind = new Map<unknown, unknown>()
  const before = new Map<unknown, unknown>()
  const storageOf = (one: unknown): unknown => behind.get(one) ?? one
  for (const key of ["localStorage", "sessionStorage"]) {
    let storage: object
    try {
      storage = realm[key]
    } catch {
      continue // A sandboxed frame may store nothing.
    }
    const guarded = new Proxy(storage, {
      get: (target, name) => Reflect.get(target, name),
      set: (target, name, value) => !!judge.name(String(name)) || Reflect.set(target, name, value),
      defineProperty: (target, name, described) =>
        !!judge.name(String(name)) || Reflect.defineProperty(target, name, described),
    })
    behind.set(guarded, storage)
    before.set(storage, guarded)
    Reflect.defineProperty(realm, key, { get: () => guarded, configurable: true, enumerable: true })
  }
  for (const key of ["getItem", "setItem", "removeItem", "clear", "key", "length"]) {
    replace(realm.Storage.prototype, key, { apply: (run, self, args) => Reflect.apply(run, storageOf(self), args) })
  }
  const event = realm.StorageEvent.prototype
  replace(event, "storageArea", {
    apply(get, self) {
      const storage = Reflect.apply(get, self, [])
      return before.get(storage) ?? storage
    },
  })
  replace(event, "initStorageEvent", { apply: (run, self, args) => Reflect.apply(run, self, args.map(storageOf)) })
  replace(realm, "StorageEvent", {
    construct(made, [type, ...told], target) {
      const settled = told.map((one) => one && { ...one, storageArea: storageOf(one.storageArea) })
      return Reflect.construct(made, type === undefined ? [] : [type, ...settled], target)
    },
  })
}
