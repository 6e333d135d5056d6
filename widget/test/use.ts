// How a site may use what widget.d.ts says: compiled, never run. A line that must not compile says so.

const end: (() => void) | undefined = window.consentkit?.subscribe(({ granted, vendors }) => {
  const all: readonly string[] = [...granted, ...vendors]
  // @ts-expect-error a decision is read, never written
  granted.push(all[0])
})
end?.()
window.consentkit?.open()

document.addEventListener("consentkit:wake", (event) => {
  const element: Element = event.detail.element
  if (element.id === event.detail.label) event.preventDefault()
})
document.addEventListener("consentkit:choice", (event) => event.detail.choice.startsWith("accept"))
document.addEventListener("consentkit:show", (event) => event.detail.section.remove())
document.addEventListener("consentkit:decision", ({ detail }) => detail.granted.includes("analytics"))

// @ts-expect-error not every page carries the widget
window.consentkit.open()
// @ts-expect-error before the server has answered there is no decision
const granted: readonly string[] = window.consentkit!.decision().granted
// @ts-expect-error nobody else may put one there
window.consentkit = undefined

export { granted }
