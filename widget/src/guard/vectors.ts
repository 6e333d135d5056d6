// Every way in which a page's own scripts reach for something, as a table. Knows the platform's names.
import { holdAttribute, holdText } from "./holding"
import type { Judge } from "./judge"
import { patch, type Before } from "./patch"

// What these words begin; links and the base address lead the visitor's own way, and "self" has what no interface has.
const OWNERS =
  /^(self|HTML[^AB]|Element|ShadowRoot|Document|Range|DOMParser|CSSStyle|Storage|CookieStore|XMLHttpRequest|Navigator)/
// A port that browsers connect to for nobody (Fetch §2.9): what asks there fails as it does without a network.
const NOWHERE = "wss://0:1"
// An empty value takes away what was stored.
const REMOVAL = /=\s*(;|$)/

const guarded = new WeakSet<object>()

/** Stand in front of everything of one window, and of the windows that scripts make in frames as they reach for them. */
export function guardRealm(realm: any, judge: Judge): void {
  if (guarded.has(realm)) return
  guarded.add(realm)
  let policy: { createHTML(text: string): string } | undefined

  const vectors: Record<string, Before> = {
    "src srcset imageSrcset href data poster setAttribute setAttributeNS": (args, self, _native, key) => {
      // The name goes before the value, or is the property's own.
      const at = args.length - 1
      return holdAttribute(judge, self, args[at - 1] ?? key, args[at])
    },
    "fetch WebSocket EventSource Audio open": (args, _self, _native, key) => {
      const at = +(key === "open")
      if (judge.url(args[at].url ?? args[at])) args[at] = NOWHERE
    },
    "sendBeacon fetchLater": ([url]) => judge.url(url) && [true],
    "innerHTML outerHTML insertAdjacentHTML setHTMLUnsafe write writeln createContextualFragment parseFromString srcdoc insertRule replace replaceSync setProperty cssText":
      (args, _self, _native, key) => {
        // What is written in several pieces is one text.
        const texts = key[0] === "w" ? [args.join("")] : args
        texts.forEach((given, at) => {
          const held = holdText(judge, `${given}`)
          if (held === `${given}`) return
          // Where a page asks for trusted types, what came as one goes on as one.
          policy ??= realm.trustedTypes?.createPolicy("consentkit", { createHTML: String })
          args.length = texts.length
          args[at] = policy ? policy.createHTML(held) : held
        })
      },
    "contentWindow contentDocument": (_args, frame, get) => {
      const found = get.call(frame)
      guardRealm(found.defaultView ?? found, judge)
    },
    "cookie setItem set": ([given]) => {
      const text = `${given.name ?? given}`
      return judge.name(text.split("=")[0]!.trim()) && !REMOVAL.test(text) && [Promise.resolve()]
    },
  }
  for (const owner of Object.getOwnPropertyNames(realm)) {
    if (!OWNERS.test(owner)) continue
    for (const names in vectors) {
      for (const key of names.split(" ")) patch(realm[owner].prototype ?? realm[owner], key, vectors[names]!)
    }
  }
}
