// The page around the check: files in, words out. Nothing leaves it; its policy forbids every request.

import { Fault } from "./bundle"
import { type Key, parseKey } from "./note"
import { checkReceipts, holdsReceipts, type Receipts } from "./receipt"
import { type Report, verify } from "./verify"

const ANYBODY = "Anybody could have made all of it. Give the log's key as it reached you by another way"
const WHOLE = "It proves that these entries, and no others, are what the log held at this size, unaltered."
const PART = "It proves that the entries shown are in the log, unaltered; of those withheld only that they are there."
const ONE = "It proves that these entries are in the log, unaltered; of the others it says nothing."
const LIMITS = "It does not prove that nothing was left out before it was logged, nor that a person clicked."

const form = document.querySelector("form")!
const bar = document.querySelector("progress")!
const answer = document.querySelector("output")!
const [bundle, key, since] = ["bundle", "key", "since"].map((name) => form.elements.namedItem(name) as HTMLInputElement)

form.addEventListener("submit", (event) => {
  event.preventDefault()
  void check()
})
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault())
document.addEventListener("drop", (event) => {
  const files = event.dataTransfer?.files
  if (files?.length) {
    bundle!.files = files
    void check()
  }
})

async function check(): Promise<void> {
  const file = bundle!.files?.[0]
  if (!file) return say("Nothing to check", ["Choose a file first."])
  let given: Key | undefined
  try {
    given = key!.value.trim() ? parseKey(key!.value.trim()) : undefined
  } catch {
    return say("Nothing was checked", ["The key is not a verifier key: it has the form name+hash+base64."])
  }
  const older = since!.files?.[0]
  bar.max = file.size
  bar.value = 0
  bar.hidden = false
  say("Checking…", [])
  try {
    if (await holdsReceipts(file)) tellReceipts(await checkReceipts(file, given))
    else {
      const trust = { ...(given && { key: given }), ...(older && { since: older }) }
      tell(await verify(file, trust, (bytes) => (bar.value += bytes)))
    }
  } catch (error) {
    const unable = (error as Error).name === "NotSupportedError"
    say("This could not be checked", [
      unable ? "This browser cannot check Ed25519 signatures. Take a newer one, or `consentkit verify`." : String(error),
    ])
  }
  bar.hidden = true
}

function tell(report: Report): void {
  const facts = [
    `${report.origin}: ${report.entries} entries, ${report.erased} of them erased, ${report.withheld} withheld.`,
    ...(report.asked.length ? [`Asked was: ${report.asked.join("; ")}. What does not fit is withheld, by the site's word.`] : []),
    `Choices: ${[...report.choices].map((each) => each.join(" ")).sort().join(", ") || "none"}.`,
    `Root hash ${report.root}.`,
    ...report.notes,
  ]
  if (report.faults.length) return say("Something is wrong", report.faults.map(worded), "wrong")
  if (report.anchors.length) sound(report.anchors, [...facts, `${report.asked.length ? PART : WHOLE} ${LIMITS}`])
  else say("Self-consistent, not anchored", [`${ANYBODY}, or an earlier export.`, ...facts])
  if (report.summary) showSummary(report.summary)
}

function tellReceipts(found: Receipts): void {
  if (found.faults.length) return say("Something is wrong", found.faults.map(worded), "wrong")
  const facts = [`${found.origin}: entry ${found.entries.join(", ")}.`]
  if (found.anchors.length) sound(found.anchors, [...facts, `${ONE} ${LIMITS}`])
  else say("Self-consistent, not anchored", [`${ANYBODY}.`, ...facts])
}

const sound = (anchors: string[], facts: string[]): void =>
  say("In order", [...anchors.map((anchor) => `Anchored by ${anchor}.`), ...facts], "right")

/** What the site says, in a frame that can run, ask for and send nothing. */
function showSummary(summary: string): void {
  const details = document.createElement("details")
  const frame = document.createElement("iframe")
  details.appendChild(document.createElement("summary")).textContent = "The site's own summary, as it is in the file"
  frame.title = "The site's own summary"
  frame.setAttribute("sandbox", "")
  frame.srcdoc = summary
  details.append(frame)
  answer.append(details)
}

const worded = (fault: Fault): string =>
  `${fault.part}${fault.entry === undefined ? "" : `, entry ${fault.entry}`}: ${fault.message}`

function say(heading: string, lines: string[], state = ""): void {
  const title = document.createElement("h2")
  title.textContent = heading
  const list = document.createElement("ul")
  // textContent: what a file says is words, whatever it says.
  for (const line of lines) list.appendChild(document.createElement("li")).textContent = line
  answer.dataset.state = state
  answer.replaceChildren(title, ...(lines.length ? [list] : []))
}
