// What a site's own scripts may hear, and stop.

type Ours = "consentkit:show" | "consentkit:choice" | "consentkit:wake" | "consentkit:decision"

/** Whether nobody objects. */
export function announce<Name extends Ours>(name: Name, detail: DocumentEventMap[Name]["detail"]): boolean {
  return document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }))
}
