// Addresses in elements and in markup, held as the server holds them: the attribute renamed, and who is behind it
// written beside it, so that the widget wakes them. Knows elements, text and a judge; not who writes.
import { MARK, PREFIX } from "../marks"
import type { Judge } from "./judge"

export const ADDRESS = /^((image)?src(set)?|(\w+:)?href|data|poster)$/i
// Where they lead goes the visitor's own way.
export const LEADS = /^(a|area|base)$/
const TAG = /<(?!a\s|area|base)\w(?:"[^"]*"|'[^']*'|[^"'>])*/gi
const ATTRIBUTE = /([^\s"'=/>]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)/g
// The halves of url("…") and @import "…".
const STYLE = /(url\(\s*["']?|@import\s*["'])([^"')&\s]+)/gi

/** The label of an address; of several in one attribute, of the first that gets one. */
function labelOf(judge: Judge, name: string, value: string): string | undefined {
  return ADDRESS.test(name) ? (/set$/i.test(name) ? value.split(/[\s,]+/) : [value]).map(judge.url).find(Boolean) : ""
}

/** The answer to a write that is held. One that is not takes back what an earlier one left. */
export function holdAttribute(judge: Judge, element: Element, name: string, given: unknown): [] | undefined {
  if (!ADDRESS.test(name) || LEADS.test(element.localName)) return
  const value = `${given}`
  const label = labelOf(judge, name, value)
  element.removeAttribute(PREFIX + name)
  if (!label) return
  element.setAttribute(MARK, label)
  element.setAttribute(PREFIX + name, value)
  return []
}

/** Markup, or a style sheet, with what would fetch held. */
export function holdText(judge: Judge, text: string): string {
  return text
    .replace(TAG, (tag) =>
      // What names no host is the site's own, and most tags are.
      !tag.includes("//") ? tag : tag.replace(ATTRIBUTE, (all, name: string, value: string) => {
        const label = labelOf(judge, name, value.replace(/["']/g, ""))
        return label ? `${MARK}="${label}" ${PREFIX}${all}` : all
      }),
    )
    .replace(STYLE, (all, before: string, address: string) => {
      const label = judge.url(address)
      return label ? `${before}about:invalid#ck:${encodeURI(label)}:${address}` : all
    })
}
