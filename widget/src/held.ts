// One held element, and what its author wrote. Knows the marks that the server's guard/fetching.py leaves.

const MARK = "data-ck"
const PREFIX = `${MARK}-`
const XLINK = "http://www.w3.org/1999/xlink"

/** The held elements of the page in their author's order, each with its label. */
export function heldElements(): [Element, string][] {
  return [...document.querySelectorAll(`[${MARK}]`)].map((element) => [element, element.getAttribute(MARK) ?? ""])
}

/** An attribute as its author wrote it, whether it is held or not. */
export function written(element: Element, name: string): string | null {
  return element.getAttribute(PREFIX + name) ?? (name === "type" ? null : element.getAttribute(name))
}

/** Give the attributes back that were renamed, and take ours away. A browser loads most elements upon that. */
export function restore(element: Element): void {
  if (element.localName === "script") element.removeAttribute("type")
  for (const { name, value } of [...element.attributes]) {
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
