// Standing in front of what the platform offers. A proxy keeps the name, the errors and the statics of what it stands
// for, and says that it is native code; what we get wrong ourselves keeps nobody from anything.

/** Sees the arguments first, and may change them; an answer in a list is given instead of calling the native one. */
export type Before = (args: any[], self: any, native: any, key: string) => readonly unknown[] | false | "" | undefined | void

export function patch(owner: object, key: string, before: Before): void {
  const found: any = Reflect.getOwnPropertyDescriptor(owner, key)
  if (!found) return
  const slot = ["set", "get", "value"].find((name) => found[name])!
  const attempt = (args: any[], self: unknown, native: unknown): ReturnType<Before> => {
    try {
      return before(args, self, native, key)
    } catch {}
  }
  found[slot] = new Proxy(found[slot], {
    apply(target, self, args) {
      const instead = attempt(args, self, target)
      return instead ? instead[0] : Reflect.apply(target, self, args)
    },
    construct(target, args, made) {
      attempt(args, made, target)
      return Reflect.construct(target, args, made)
    },
  })
  Reflect.defineProperty(owner, key, found)
}

/** Patch, in one window, what is named by its interface: "Element.innerHTML ShadowRoot.innerHTML". */
export function patchEach(realm: any, places: string, before: Before): void {
  for (const place of places.split(" ")) {
    const [owner, key] = place.split(".") as [string, string]
    // Not every browser has every one.
    if (realm[owner]) patch(realm[owner].prototype, key, before)
  }
}
