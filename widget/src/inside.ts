// What is held inside of a text: a style sheet, a style attribute, a framed document. Knows what the server's
// guard/css.py and guard/holding.py write there.

const HELD = /( type="text.plain"| (form)?method="dialog")* data-ck="[^"]*"|data-ck-|about:invalid#ck:(.*?):/g

/** The labels of the addresses held in a style sheet, joined as they are in a mark. */
export function labelsIn(sheet: string): string {
  return [...sheet.matchAll(HELD)].map((found) => decodeURIComponent(found[3] ?? "")).join(", ")
}

/** The text as its author wrote it. */
export function authorsText(text: string): string {
  return text.replace(HELD, "")
}
