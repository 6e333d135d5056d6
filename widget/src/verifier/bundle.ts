// Reading an evidence bundle: its signed manifest, and its parts in turn, each held against the hash that was signed.
// Knows bytes and signatures; not what an entry is. A file is read a piece at a time: its size does not matter.

import { hex, text } from "./bytes"
import { type Checkpoint, type Key, openNote, parseCheckpoint, parseKey, parseNote } from "./note"
import { Sha256 } from "./sha256"

const LONGEST_HEADER = 1 << 16
const LONGEST_LINE = 1 << 22
const NEWLINE = 10
/** Said of a part after all else that is wrong in it. */
export const UNSIGNED = "its bytes are not the ones that were signed"
const VERSIONS: { [title: string]: string } = {
  "consentkit/bundle/v1": "checkpoint documents.jsonl entries.jsonl",
  "consentkit/bundle/v2": "checkpoint documents.jsonl anchors.jsonl entries.jsonl",
  "consentkit/bundle/v3": "instructions.txt summary.html checkpoint documents.jsonl anchors.jsonl entries.jsonl",
}
// For people, before the checkpoint.
const WORDS = ["instructions.txt", "summary.html"]
const WORD = /^[A-Za-z0-9._-]{1,64}$/
const isMoment = (value: string): boolean => /^\d{4}-/.test(value) && new Date(Date.parse(value) || 0).toISOString() === value
/** What may be asked of a bundle, in this order, and how it is spelled. */
const ASKED: [name: string, spelled: (value: string) => boolean][] = [
  ["since", isMoment],
  ["until", isMoment],
  ["category", (value) => WORD.test(value)],
  ["vendor", (value) => WORD.test(value)],
  ["visitor", (value) => /^[0-9a-f]{32}$/.test(value)],
]

// What the manifest of any version begins with.
const BEGINNING = "consentkit/bundle/"
/** What is said of a file in which there is nothing to check. */
export const NO_PROOF =
  "this is no bundle and no receipt. Of what `consentkit export` writes, --format bundle alone carries proofs"

export class Fault extends Error {
  constructor(
    readonly part: string,
    message: string,
    readonly entry?: number,
  ) {
    super(message)
  }
}

type Part = { name: string; size: number; hash: string }

/** Bytes of a file, in order. */
class Source {
  private piece = new Uint8Array(0)
  private at = 0
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>

  constructor(
    file: Blob,
    private readonly progress: (bytes: number) => void,
  ) {
    this.reader = file.stream().getReader() as ReadableStreamDefaultReader<Uint8Array>
  }

  /** A line with its end, or as much of it as `most` and the file allow. */
  async line(most: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let size = 0
    while (size < most && (await this.more())) {
      const found = this.piece.indexOf(NEWLINE, this.at)
      const end = Math.min(found < 0 ? this.piece.length : found + 1, this.at + most - size)
      pieces.push(this.piece.subarray(this.at, end))
      size += end - this.at
      this.at = end
      if (this.piece[end - 1] === NEWLINE) break
    }
    const [only, ...others] = pieces
    if (only && !others.length) return only
    const whole = new Uint8Array(size)
    pieces.reduce((start, piece) => (whole.set(piece, start), start + piece.length), 0)
    return whole
  }

  async ended(): Promise<boolean> {
    return !(await this.more())
  }

  private async more(): Promise<boolean> {
    while (this.at === this.piece.length) {
      const { done, value } = await this.reader.read()
      if (done) return false
      this.progress(value.length)
      this.piece = value as Uint8Array<ArrayBuffer>
      this.at = 0
    }
    return true
  }
}

export class Bundle {
  /** The site's own words for people, once the checkpoint was read. */
  summary = ""

  private constructor(
    private readonly source: Source,
    readonly origin: string,
    readonly key: Key,
    readonly asked: string[],
    private readonly parts: Part[],
  ) {}

  static async open(file: Blob, progress: (bytes: number) => void = () => {}): Promise<Bundle> {
    const source = new Source(file, progress)
    const note = await header(source)
    try {
      // Before the signature is checked the text is used only to learn which key to try.
      const [title = "", origin = "", vkey = "", ...lines] = parseNote(note).text.split("\n")
      const key = parseKey(vkey.replace(/^vkey /, ""))
      await openNote(note, [key])
      const asked = lines.filter((line) => line.startsWith("selection "))
      const parts = lines.slice(asked.length, -1).map(parsePart)
      const named = parts.map((part) => part.name).join(" ")
      if (origin !== `origin ${key.name}` || VERSIONS[title] !== named || lines[lines.length - 1] !== "") throw new Error("malformed")
      if (asked.length && parts[0]!.name !== WORDS[0]) throw new Error("a selection, which this version has no word for")
      return new Bundle(source, key.name, key, parseSelection(asked), parts)
    } catch (error) {
      throw new Fault("manifest", `not signed by its own key: ${(error as Error).message}`)
    }
  }

  has(name: string): boolean {
    return this.parts.some((part) => part.name === name)
  }

  async checkpoint(find: (fault: Fault) => void): Promise<Checkpoint> {
    for (const name of WORDS) if (this.has(name)) this.summary = await this.words(name, find)
    const lines: Uint8Array[] = []
    for await (const line of this.lines("checkpoint", find)) lines.push(line)
    try {
      const note = lines.map((line) => `${text(line)}\n`).join("")
      return parseCheckpoint((await openNote(note, [this.key])).text)
    } catch (error) {
      throw new Fault("checkpoint", (error as Error).message)
    }
  }

  private async words(name: string, find: (fault: Fault) => void): Promise<string> {
    const { size, hash } = this.parts.find((each) => each.name === name)!
    if (size > LONGEST_LINE) throw new Fault(name, "larger than it can be")
    const digest = new Sha256()
    let said = ""
    for (let left = size; left > 0; ) {
      const line = await this.source.line(left)
      if (!line.length) break
      left -= line.length
      digest.update(line)
      said += new TextDecoder().decode(line)
    }
    if (hex(digest.digest()) !== hash) find(new Fault(name, UNSIGNED))
    return said
  }

  /** A part's lines without their ends; its hash is checked after the last. */
  async *lines(name: string, find: (fault: Fault) => void): AsyncGenerator<Uint8Array> {
    const part = this.parts.find((each) => each.name === name)!
    const hash = new Sha256()
    let left = part.size
    while (left > 0) {
      const line = await this.source.line(Math.min(left, LONGEST_LINE))
      left -= line.length
      hash.update(line)
      if (line[line.length - 1] !== NEWLINE) {
        find(new Fault(name, "cut off, or a line without its end"))
        break
      }
      yield line.subarray(0, -1)
    }
    if (left || hex(hash.digest()) !== part.hash) find(new Fault(name, UNSIGNED))
  }

  async end(find: (fault: Fault) => void): Promise<void> {
    if (!(await this.source.ended())) find(new Fault("end", "there are bytes after the last part"))
  }
}

/** Everything before the first empty line that follows a signature. */
async function header(source: Source): Promise<string> {
  let note = ""
  while (note.length < LONGEST_HEADER) {
    const line = await source.line(LONGEST_HEADER)
    const read = new TextDecoder().decode(line)
    if (read === "\n" && note.includes("\n\n— ")) return note
    if (!read) break
    note += read
  }
  throw new Fault("manifest", note.startsWith(BEGINNING) ? "cut off" : NO_PROOF)
}

function parseSelection(lines: string[]): string[] {
  let next = 0
  for (const line of lines) {
    const [, name = "", ...value] = line.split(" ")
    const at = ASKED.findIndex(([asked]) => asked === name)
    if (at < next || !ASKED[at]![1](value.join(" "))) throw new Error("malformed")
    next = at + 1
  }
  return lines.map((line) => line.slice("selection ".length))
}

function parsePart(line: string): Part {
  const [, name, size, hash] = /^part ([a-z.]+) (0|[1-9][0-9]{0,14}) ([0-9a-f]{64})$/.exec(line) ?? []
  if (!name || !size || !hash) throw new Error("malformed")
  return { name, size: Number(size), hash }
}
