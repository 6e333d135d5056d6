// What the server says about this visitor: the decision, and the banner for whoever is still to be asked.
import type { ConsentDecision } from "./widget"

type Told = (decision: ConsentDecision, found: HTMLElement, isBanner: boolean) => void

/** The decision as the server writes it into an element. */
export function readDecision({ dataset }: HTMLElement): ConsentDecision {
  return { granted: words(dataset.ckGranted), vendors: words(dataset.ckVendors) }
}

/** Ask for it. Without an answer nothing is woken and nothing shown. */
export function askServer(address: string, told: Told): void {
  // Not fetch: a request parses a page without any script putting text into a parser (trusted types).
  const request = new XMLHttpRequest()
  request.open("GET", address)
  request.responseType = "document"
  request.onload = () => {
    const found = request.status === 200 && request.response?.querySelector("[data-ck-granted]")
    if (!found) return
    const style: HTMLLinkElement | null = request.response.querySelector("link")
    const tell = (): void => told(readDecision(found), found, !!style)
    if (!style) return tell()
    // Shown without its looks it would push the page down.
    style.onload = style.onerror = tell
    document.head.append(style)
  }
  request.send()
}

function words(text = ""): string[] {
  return text.split(" ").filter(Boolean)
}
