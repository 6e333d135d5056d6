// A choice on its way to the server. When anything is in the way, the form goes as it would without us, and the visitor
// sees the server's own answer.
import { announce } from "./events"
import type { ConsentDecision } from "./widget"

export type Decided = (decision: ConsentDecision, outcome: string) => void

/** Send what these forms ask, and hand on what came of it; `more` is for the one that only leads further. */
export function listenForChoices(forms: string, decided: Decided, more?: (form: HTMLFormElement) => void): void {
  let busy = false

  const onSubmit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement
    const button = event.submitter as HTMLButtonElement | null
    if (!button || !form.matches(forms)) return
    event.preventDefault()
    if (more && form.method === "get") return more(form)
    if (busy || !announce("consentkit:choice", { choice: button.value })) return
    busy = true
    post(form, button.value).then(
      ({ decision, said }) => {
        busy = false
        decided(decision, said)
      },
      () => {
        removeEventListener("submit", onSubmit)
        form.requestSubmit(button)
      },
    )
  }
  addEventListener("submit", onSubmit)
}

/** What the server made of a choice, and its words for that. Throws where it made nothing. */
async function post(form: HTMLFormElement, choice: string): Promise<{ decision: ConsentDecision; said: string }> {
  const body: Record<string, unknown> = { choice }
  // What is ticked more than once is a list.
  new FormData(form).forEach((value, name) => (body[name] = name in body ? [body[name], value].flat() : value))
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    // Who presses a button and goes on at once has chosen all the same.
    keepalive: true,
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw answer.status
  return answer.json()
}
