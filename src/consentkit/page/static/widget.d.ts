// What a site's own scripts may use of the widget. It is there only where a page carries the widget: ask for
// `window.consentkit?.`, and see docs/widget.md for which pages do.

/** What the visitor allows: categories allowed whole, "essential" always among them, and vendors allowed one by one. */
export interface ConsentDecision {
  readonly granted: readonly string[]
  readonly vendors: readonly string[]
}

export interface Consentkit {
  /** The decision the page acts on; undefined while the server is still being asked. */
  decision(): ConsentDecision | undefined
  /** Go to the preferences; they lead back here. */
  open(): void
  /** Call `listener` with the decision, now if it is known, and after each change. Returns what ends it. */
  subscribe(listener: (decision: ConsentDecision) => void): () => void
  /** Woken scripts that wrote into the page (document.write): what they wrote is seen after the next load only. */
  unwritten(): HTMLScriptElement[]
}

declare global {
  interface Window {
    readonly consentkit?: Consentkit
  }
  /** All of them can be cancelled but the last, which says what is so. */
  interface DocumentEventMap {
    /** The first layer is about to be shown; cancelled, it is not. */
    "consentkit:show": CustomEvent<{ section: HTMLElement }>
    /** The visitor has pressed a button; cancelled, nothing is sent. */
    "consentkit:choice": CustomEvent<{ choice: string }>
    /** A held element is about to be woken; cancelled, it stays held. `label` says by whom: "category vendor". */
    "consentkit:wake": CustomEvent<{ element: Element; label: string }>
    /** What the page acts on from here on; what is newly allowed is woken after it. */
    "consentkit:decision": CustomEvent<ConsentDecision>
  }
}
