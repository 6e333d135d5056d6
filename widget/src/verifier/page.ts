// The page around the check: files in, words out. Nothing leaves it; its policy forbids every request.

import { Fault } from "./bundle"
import { type Key, parseKey } from "./note"
import { type Report, verify } from "./verify"

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
    const trust = { ...(given && { key: given }), ...(older && { since: older }) }
    tell(await verify(file, trust, (bytes) => (bar.value += bytes)))
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
    `${report.origin}: ${report.entries} entries, ${report.erased} of them erased.`,
    `Root hash ${report.root}.`,
    ...report.notes,
  ]
  if (report.faults.length) return say("Something is wrong", report.faults.map(worded), "wrong")
  if (!report.anchors.length)
    return say("Self-consistent, not anchored", [
      "Anybody could have made all of it. Give the log's key as it reached you by another way, or an earlier export.",
      ...facts,
    ])
  say(
    "In order",
    [
      ...report.anchors.map((anchor) => `Anchored by ${anchor}.`),
      ...facts,
      "It proves that these entries, and no others, are what the log held at this size, unaltered. It does not prove that nothing was left out before it was logged, nor that a person clicked.",
    ],
    "right",
  )
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
