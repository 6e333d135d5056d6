// Hints that open a connection (preconnect, dns-prefetch), written in ways that `vectors` does not read: what else a tag may
// fetch is the policy's to stop, these are not. Knows attribute nodes, references in markup, and a judge.
import { ADDRESS, LEADS, TAG } from "./holding"
import type { Judge } from "./judge"
import { patchEach, type Before } from "./patch"

const MARKUP =
  "Element.innerHTML Element.outerHTML Element.insertAdjacentHTML Element.setHTMLUnsafe ShadowRoot.innerHTML " +
  "ShadowRoot.setHTMLUnsafe Document.write Document.writeln Range.createContextualFragment"

/** Keep held addresses out of what attribute nodes write, and have references read by those who look at markup next. */
export function guardHints(realm: any, judge: Judge): void {
  const isHeld = (attribute: any, value: unknown, element: any): boolean =>
    ADDRESS.test(attribute.name) && !LEADS.test(element?.localName) && !!judge.url(value)
  const asNode: Before = ([attribute], element) => isHeld(attribute, attribute.value, element) && [null]
  const inTags: Before = (args) => {
    args.forEach((text, at) => {
      if (text.includes?.("&#")) args[at] = text.replace(TAG, plainly)
    })
  }
  patchEach(realm, "Attr.value", ([value], attribute) => isHeld(attribute, value, attribute.ownerElement) && [])
  patchEach(realm, "Element.setAttributeNode Element.setAttributeNodeNS NamedNodeMap.setNamedItem", asNode)
  patchEach(realm, MARKUP, inTags)
}

/** A tag with the slashes and colons that template languages like to escape. */
function plainly(tag: string): string {
  return tag.replace(/&#(x2f|47);?/gi, "/").replace(/&#(x3a|58);?/gi, ":")
}
