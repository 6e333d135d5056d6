// The second layer in place: the server's preferences, in a dialog above the page. It is fetched when somebody asks for
// it; whatever is in the way, they go to the preferences themselves, which need no script.
import { type Decided, listenForChoices } from "./choice"

let opening = false
let tell: Decided
let dialog: HTMLDialogElement

listenForChoices(".ck-second form", (decision, outcome) => {
  dialog.close()
  tell(decision, outcome)
})

/** Open the preferences that this form leads to, and hand on what is decided there. */
export function openSecond(form: HTMLFormElement, decided: Decided): void {
  if (opening) return
  opening = true
  tell = decided
  // Not fetch: a request parses a page without any script putting text into a parser (trusted types).
  const request = new XMLHttpRequest()
  const fields = new URLSearchParams(new FormData(form) as unknown as Record<string, string>)
  request.open("GET", `${form.action}?${fields}`)
  request.responseType = "document"
  request.onloadend = () => {
    const page: Document | null = request.status === 200 ? request.response : null
    const style = page?.querySelector<HTMLLinkElement>('link[rel="stylesheet"]')
    if (!page?.querySelector("main form") || !style) return form.submit()
    style.href = style.href.replace(/page\.css$/, "second.css")
    // Shown without its looks it would be a heap of words.
    style.onload = () => {
      opening = false
      show(page)
    }
    style.onerror = () => form.submit()
    document.head.append(style)
  }
  request.send()
}

/** The browser keeps the focus inside, takes Escape for "close", and gives the focus back to where it was. */
function show(page: Document): void {
  const { lang, dir } = page.documentElement
  dialog = Object.assign(document.createElement("dialog"), { className: "ck-second", lang, dir })
  dialog.append(wayBack(page), ...(page.querySelector("main")?.childNodes ?? []))
  nameByHeading(dialog)
  dialog.addEventListener("close", ({ target }) => (target as HTMLDialogElement).remove())
  document.body.append(dialog)
  dialog.showModal()
}

/** The words are those of the page's own link back: no word here is ours to say. */
function wayBack(page: Document): HTMLButtonElement {
  const back = document.createElement("button")
  back.type = "button"
  back.className = "ck-back"
  back.textContent = page.querySelector(".ck-foot a")?.textContent ?? "×"
  back.addEventListener("click", () => dialog.close())
  return back
}

/** Its name is the page's heading, which is read first. */
function nameByHeading(dialog: HTMLDialogElement): void {
  const heading = dialog.querySelector("h1")
  if (!heading) return
  heading.id = "ck-second"
  heading.tabIndex = -1
  heading.autofocus = true
  dialog.setAttribute("aria-labelledby", heading.id)
}
