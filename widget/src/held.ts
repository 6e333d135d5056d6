// One held element, and what its author wrote. Knows the marks that the server's guard/holding.py leaves.
import { authorsText, labelsIn } from "./inside"

export const MARK = "data-ck"
export const PREFIX = `${MARK}-`
const XLINK = "http://www.w3.org/1999/xlink"

/** The held elements of the page in their author's order, each with its label. A sheet has its labels in its text. */
export function heldElements(): [Element, string][] {
  return [...document.querySelectorAll(`[${MARK}],style`)].map((element) => [
    element,
    element.getAttribute(MARK) ?? labelsIn(element.textContent ?? ""),
  ])
}

/** An attribute as its author wrote it, whether it is held or not. */
export function written(element: Element, name: string): string | null {
  return element.getAttribute(PREFIX + name) ?? element.getAttribute(name)
}

/** Give the attributes back that were renamed, and take ours away. A browser loads most elements upon that. */
export function restore(element: Element): void {
  if (element.matches(`iframe[srcdoc],iframe[${PREFIX}src]`)) return replaceDocument(element)
  giveBack(element)
}

/**
 * A frame shows the server's placeholder, its `srcdoc`. It goes out and in again: a frame that merely changes its address
 * is an entry in the history, and the visitor's next step back would lead into the frame.
 */
function replaceDocument(frame: Element): void {
  const { parentNode, nextSibling } = frame
  frame.remove()
  if (frame.hasAttribute(`${PREFIX}src`)) frame.removeAttribute("srcdoc")
  giveBack(frame)
  parentNode?.insertBefore(frame, nextSibling)
}

function giveBack(element: Element): void {
  if (element.localName === "script" && element.getAttribute("type") === "text/plain") element.removeAttribute("type")
  else if (element.localName === "style") element.textContent = authorsText(element.textContent ?? "")
  // A form, or a button with an address of its own, was given a method by which it does nothing.
  for (const form of ["", "form"]) {
    if (element.hasAttribute(`${PREFIX}${form}action`)) element.removeAttribute(`${form}method`)
  }
  for (const { name, value } of [...element.attributes]) {
    const text = authorsText(value)
    if (text !== value && /^(style|srcdoc)$/.test(name)) give(element, name, text)
    if (name.startsWith(PREFIX)) {
      give(element, name.slice(PREFIX.length), value)
      element.removeAttribute(name)
    }
  }
  element.removeAttribute(MARK)
  // A media element looks for sources when they are put into it, not when they get an address.
  const parent = element.parentElement
  if (element.localName === "source" && parent instanceof HTMLMediaElement && parent.networkState % 3 === 0) {
    parent.load()
  }
}

/** A site's trusted types may forbid one attribute; the others are given all the same. */
function give(element: Element, name: string, value: string): void {
  try {
    element.setAttributeNS(name.startsWith("xlink:") ? XLINK : null, name, value)
  } catch (error) {
    reportError(error)
  }
}
