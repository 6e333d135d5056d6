// Speculation rules that a script adds: what they name is fetched, and no policy that lets a page write scripts stops it.
// Knows script elements and a judge. Rules are read when they have joined the page, where their text is settled.
import { MARK, PREFIX } from "../marks"
import type { Judge } from "./judge"
import { patchEach } from "./patch"

const RULES = "speculationrules"
const IN_MARKUP = RegExp(`(<script\\b[^>]*\\s)type\\s*=\\s*(["']?${RULES})`, "gi")
const WAITING = `script[${PREFIX}type="${RULES}" i]:not([${MARK}])`
const STRING = /"(\\.|[^"\\])*"/g

/** Make rules wait as held scripts do, and let go of those in which nobody is named who is held. */
export function guardSpeculation(realm: any, judge: Judge): void {
  const { document, MutationObserver } = realm
  const { setAttribute } = realm.Element.prototype

  const read = (script: HTMLScriptElement): void => {
    const label = script.text.match(STRING)?.map((text) => judge.url(JSON.parse(text))).find(Boolean)
    if (label) return script.setAttribute(MARK, label)
    setAttribute.call(script, "type", RULES)
    script.removeAttribute(`${PREFIX}type`)
    // In again, at its place: a browser looks at a script's type when it is put into a page.
    script.replaceWith(script)
  }
  const observer = new MutationObserver(() => document.querySelectorAll(WAITING).forEach(read))
  const watch = (): void => observer.observe(document, { subtree: true, childList: true, attributeFilter: [`${PREFIX}type`] })

  const asType = (args: any[], script: any): unknown[] | undefined => {
    if (script.localName !== "script" || `${args[args.length - 1]}`.trim().toLowerCase() !== RULES) return
    watch()
    setAttribute.call(script, "type", "text/plain")
    setAttribute.call(script, `${PREFIX}type`, RULES)
    return []
  }
  const asMarkup = (args: any[]): void => {
    args.forEach((text, at) => {
      if (!text.includes?.(RULES)) return
      watch()
      args[at] = text.replace(IN_MARKUP, `$1type=text/plain ${PREFIX}type=$2`)
    })
  }
  patchEach(realm, "HTMLScriptElement.type Element.setAttribute Element.setAttributeNS", asType)
  patchEach(realm, "Document.write Document.writeln Range.createContextualFragment", asMarkup)
}
