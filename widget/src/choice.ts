// A choice on its way to the server. When anything is in the way, the form goes as it would without us, and the visitor
// sees the server's own answer.
import { announce } from "./events"
import type { ConsentDecision } from "./widget"

const PATIENCE = 10_000

type Decided = (decision: ConsentDecision, outcome: string) => void

export function listenForChoices(decided: Decided): void {
  let busy = false
  let passing = false

  const send = async (form: HTMLFormElement, button: HTMLButtonElement): Promise<void> => {
    const decision = await post(form, button.value).catch(() => undefined)
    busy = false
    if (decision) return decided(decision, form.getAttribute(`data-ck-${button.value}`) ?? "")
    passing = true
    form.requestSubmit(button)
  }

  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement
    const button = event.submitter as HTMLButtonElement | null
    if (!button || !form.matches('.ck-first [method="post"]')) return
    if (passing) {
      passing = false
      return
    }
    event.preventDefault()
    if (busy || !announce("consentkit:choice", { choice: button.value })) return
    busy = true
    void send(form, button)
  })
}

/** The decision that the server made of a choice. Throws where it made none. */
async function post(form: HTMLFormElement, choice: string): Promise<ConsentDecision> {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ choice, ...Object.fromEntries(new FormData(form)) }),
    // Who presses a button and goes on at once has chosen all the same.
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (!answer.ok) throw new Error(answer.statusText)
  return (await answer.json()).decision
}
