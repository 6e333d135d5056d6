// Hints that open a connection (preconnect, dns-prefetch), written in ways that `vectors` does not read: what else a tag may
// fetch is the policy's to stop, these are not. Knows attribute nodes, references in markup, and a judge.
import { ADDRESS, holdText, LEADS } from "./holding"
import type { Judge } from "./judge"
import { patch, patchEach, type Before } from "./patch"

const MARKUP =
  "Element.innerHTML Element.outerHTML Element.insertAdjacentHTML Element.setHTMLUnsafe ShadowRoot.innerHTML " +
  "ShadowRoot.setHTMLUnsafe Document.write Document.writeln Range.createContextualFragment DOMParser.parseFromString"
const LINK = /<link\b(?:"[^"]*"|'[^']*'|[^"'>])*/gi
const REFERENCE = /&#?\w+;?/g

/** Keep held addresses out of what attribute nodes write, and have references read by those who look at markup next. */
export function guardHints(realm: any, judge: Judge): void {
  const isHeld = (attribute: any, value: unknown, element: any): boolean =>
    ADDRESS.test(attribute.name) && !LEADS.test(element?.localName) && !!judge.url(value)
  const asNode: Before = ([attribute], element) => isHeld(attribute, attribute.value, element) && [null]
  const { createElement } = realm.document
  const { set } = Reflect.getOwnPropertyDescriptor(realm.Element.prototype, "innerHTML")!
  const read = (reference: string): string => {
    const area = createElement.call(realm.document, "textarea")
    set!.call(area, reference)
    return /["'<>&]/.test(area.value) ? reference : area.value
  }
  /** A tag in which somebody is held as its addresses are read: without references, slashes as such. */
  const plainly = (tag: string): string => {
    const plain = tag.replace(REFERENCE, read).replace(/\\/g, "/").replace(/\/[\t\n\r]+(?=\/)/g, "/")
    return holdText(judge, plain) === plain ? tag : plain
  }
  const inTags: Before = (args) => {
    args.forEach((text, at) => {
      if (text.replace) args[at] = text.replace(LINK, plainly)
    })
  }
  const asValue: Before = ([value], attribute) =>
    attribute.nodeType === 2 && isHeld(attribute, value, attribute.ownerElement) && []
  patchEach(realm, "Attr.value Node.nodeValue Node.textContent", asValue)
  patchEach(realm, "Element.setAttributeNode Element.setAttributeNodeNS NamedNodeMap.setNamedItem", asNode)
  patchEach(realm, MARKUP, inTags)
  patch(realm.Document, "parseHTMLUnsafe", (args) => {
    args[0] = holdText(judge, `${args[0]}`.replace(LINK, plainly))
  })
}
