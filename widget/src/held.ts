// One held element, and what its author wrote. Knows the marks of those who hold.
import { authorsText, labelsIn } from "./inside"
import { MARK, PREFIX } from "./marks"

const XLINK = "http://www.w3.org/1999/xlink"

// A browser looks at these when they are put into a page, and not always again when they get an address.
const LOOKED_AT_ONCE = `iframe[srcdoc],iframe[${PREFIX}src],object,embed,link,source`
// A mark may be anybody's: what visitors write passes through sanitizers that let `data-…` be. So it gives back addresses,
// and never what runs: no handler, no document, no program in an address.
const RUNS = /^(on|srcdoc)|javascript:/i

/** The held elements of a page in their author's order, each with its label. A sheet has its labels in its text. */
export function heldElements(root: ParentNode = document): [Element, string][] {
  return [...root.querySelectorAll("*")].flatMap((element) => {
    const label = element.getAttribute(MARK) ?? (element.localName === "style" && labelsIn(element.textContent!))
    const held: [Element, string][] = label ? [[element, label]] : []
    return element.shadowRoot ? held.concat(heldElements(element.shadowRoot)) : held
  })
}

/** An attribute as its author wrote it, whether it is held or not. */
export function written(element: Element, name: string): string | null {
  return element.getAttribute(PREFIX + name) ?? element.getAttribute(name)
}

/** Give the attributes back that were renamed, and take ours away. A browser loads most elements upon that. */
export function restore(element: Element): void {
  if (element.hasAttribute(PREFIX + "srcdoc")) return
  if (!element.matches(LOOKED_AT_ONCE)) return giveBack(element)
  // Chromium gives an object that shows its fallback no second chance: another takes its place.
  const fresh = element.matches("object") ? (element.cloneNode(true) as Element) : element
  // A frame that merely changes its address is an entry in the history, and a step back would lead into the frame.
  const place = new Text()
  element.replaceWith(place)
  // It shows the server's placeholder.
  if (fresh.hasAttribute(PREFIX + "src")) fresh.removeAttribute("srcdoc")
  giveBack(fresh)
  place.replaceWith(fresh)
}

function giveBack(element: Element): void {
  if (element.localName === "script" && element.getAttribute("type") === "text/plain") element.removeAttribute("type")
  else if (element.localName === "style") element.textContent = authorsText(element.textContent!)
  // A form, or a button with an address of its own, was given a method by which it does nothing.
  for (const form of ["", "form"]) {
    if (element.hasAttribute(PREFIX + form + "action")) element.removeAttribute(form + "method")
  }
  for (const { name, value } of [...element.attributes]) {
    const text = authorsText(value)
    if (text !== value && /^(style|srcdoc)$/.test(name)) give(element, name, text)
    if (name.startsWith(PREFIX)) {
      const own = name.slice(PREFIX.length)
      if (!RUNS.test(own + value.replace(/\s/g, ""))) give(element, own, value)
      element.removeAttribute(name)
    }
  }
  element.removeAttribute(MARK)
}

/** A site's trusted types may forbid one attribute; the others are given all the same. */
function give(element: Element, name: string, value: string): void {
  try {
    element.setAttributeNS(name.startsWith("xlink:") ? XLINK : null, name, value)
  } catch (error) {
    reportError(error)
  }
}
