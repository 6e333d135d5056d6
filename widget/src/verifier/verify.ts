// Checking a bundle: every leaf and the root are computed again, and what an entry names must have come before it.
// Finds; does not judge what a choice was worth. Witnesses and timestamps are counted, and left to the command line.

import { fromHex, hex, same, text, utf8 } from "./bytes"
import { Bundle, Fault, UNSIGNED } from "./bundle"
import { decode, encode, type Fields, object, words } from "./canonical"
import { type Checkpoint, type Key, openNote, parseCheckpoint, parseKey, parseNote } from "./note"
import { leafOf } from "./record"
import { sha256 } from "./sha256"
import { leafHash, Tree } from "./tree"

const MOST_FAULTS = 50
const MOST_KINDS = 8
const LONGEST_TASK = 40 // milliseconds
const ENTRIES = "entries.jsonl"
// at, by, role, what: nothing in it that a person could have written
const ACCESS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\|[0-9a-f]{32}\|[a-z]{1,16}\|[a-z]{1,16}( [a-z0-9]{1,16})?$/
const HANDOVER = "consentkit/handover/v1"

export type Report = {
  origin: string
  entries: number
  erased: number
  withheld: number
  choices: Map<string, number>
  /** What was asked of the log; nothing where that was everything. */
  asked: string[]
  /** The site's own words, as HTML that nobody has checked. */
  summary: string
  root: string
  anchors: string[]
  notes: string[]
  faults: Fault[]
}

export type Trust = { key?: Key; since?: Blob }

/** Everything that is wrong with a bundle, and what vouches for it from outside. Bad bytes are findings, not errors. */
export async function verify(file: Blob, trust: Trust, progress: (bytes: number) => void): Promise<Report> {
  const check = new Check()
  try {
    await check.run(file, trust, progress)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    check.find(error)
  }
  if (check.report.faults.length) check.report.anchors = []
  return check.report
}

type Older = { checkpoint: Checkpoint; key: Key }

async function readOlder(file: Blob): Promise<Older> {
  // What a spoiled export says was never what the log held.
  const [fault] = (await verify(file, {}, () => {})).faults
  if (fault) throw new Fault("earlier export", `${fault.part}: ${fault.message}`)
  const older = await Bundle.open(file)
  const checkpoint = await older.checkpoint((fault) => {
    throw fault
  })
  return { checkpoint, key: older.key }
}

class Check {
  readonly report: Report = {
    origin: "", entries: 0, erased: 0, withheld: 0, choices: new Map(), asked: [], summary: "", root: "",
    anchors: [], notes: [], faults: [],
  }
  private readonly tree = new Tree()
  private readonly kinds = new Map<string, string>() // by hash, of documents whose text is what their hash says
  private readonly logged = new Set<string>()
  private readonly unexplained = new Set<number>() // without a record, and no later entry said it was erased
  private readonly handovers: [Key, Key][] = []
  private readonly signed = new Map<number, string[]>() // other checkpoints, by their size
  private unlogged = 0

  readonly find = (fault: Fault): void => {
    const { faults } = this.report
    // What a bad line was blamed for, its part's hash need not be blamed for again.
    const again = fault.message === UNSIGNED && faults.some((other) => other.part === fault.part)
    if (!again && faults.length < MOST_FAULTS) faults.push(fault)
  }

  async run(file: Blob, trust: Trust, progress: (bytes: number) => void): Promise<void> {
    const older = trust.since ? await readOlder(trust.since) : undefined
    const bundle = await Bundle.open(file, progress)
    this.report.origin = bundle.origin
    this.report.asked = bundle.asked
    const checkpoint = await bundle.checkpoint(this.find)
    this.report.summary = bundle.summary
    await this.documents(bundle)
    if (bundle.has("anchors.jsonl")) await this.anchors(bundle)
    await this.entries(bundle, older)
    await bundle.end(this.find)
    await this.close(bundle, checkpoint, older, trust.key)
  }

  private async documents(bundle: Bundle): Promise<void> {
    for await (const line of bundle.lines("documents.jsonl", this.find))
      await this.guarded("documents.jsonl", undefined, async () => {
        const { body, hash, kind } = words(decode(text(line)), "body", "hash", "kind")
        if (hex(sha256(utf8(body))) !== hash) throw new Error(`${kind} ${hash} is not the text of that hash`)
        this.kinds.set(hash, kind)
        if (kind === "key") this.handovers.push(await openHandover(decode(body)))
      })
  }

  private async anchors(bundle: Bundle): Promise<void> {
    let count = 0
    for await (const line of bundle.lines("anchors.jsonl", this.find))
      await this.guarded("anchors.jsonl", undefined, async () => {
        const { note } = words(decode(text(line)), "note")
        const { size } = parseCheckpoint(parseNote(note).text)
        this.signed.set(size, [...(this.signed.get(size) ?? []), note])
        count++
      })
    if (count)
      this.report.notes.push(
        `${count} earlier checkpoints are in this file. Who cosigned and stamped them is checked by \`consentkit verify\`, not here.`,
      )
  }

  private async entries(bundle: Bundle, older: Older | undefined): Promise<void> {
    await this.meet(older)
    let rested = performance.now()
    for await (const line of bundle.lines(ENTRIES, this.find)) {
      if (performance.now() - rested > LONGEST_TASK) {
        await new Promise((resume) => setTimeout(resume)) // the page must stay alive
        rested = performance.now()
      }
      const number = this.tree.size
      let leaf = sha256(line) // a place holder, where the line is wrong: later entries keep their numbers
      await this.guarded(ENTRIES, number, () => {
        leaf = this.entry(decode(text(line)), number)
      })
      this.tree.append(leaf)
      await this.meet(older)
    }
  }

  private entry(entry: Fields, number: number): Uint8Array {
    const leaf = fromHex(entry.leaf_hash)
    if (leaf.length !== 32) throw new Error("a leaf hash of another size")
    if (entry.number !== number) this.find(new Fault(ENTRIES, `numbered ${String(entry.number)}`, number))
    if ("statement" in entry) this.statement(object(entry.statement), leaf, number)
    else if ("record" in entry) this.record(object(entry.record), fromHex(entry.salt), leaf, number)
    else if ("withheld" in entry) this.withhold(entry, number)
    else {
      this.report.erased++
      this.unexplained.add(number)
    }
    return leaf
  }

  private withhold(entry: Fields, number: number): void {
    if (Object.keys(entry).sort().join() !== "leaf_hash,number,withheld" || entry.withheld !== true)
      throw new Error("withheld, and not only that")
    if (!this.report.asked.length)
      this.find(new Fault(ENTRIES, "withheld, where the manifest speaks of everything", number))
    this.report.withheld++
  }

  private record(record: Fields, salt: Uint8Array, leaf: Uint8Array, number: number): void {
    if (!same(leafOf(record, salt), leaf)) throw new Error("the record, its salt and its leaf hash do not belong together")
    this.count(String(record.choice))
    for (const kind of ["policy", "notice"]) {
      const named = String(record[kind])
      if (!named && kind === "notice") continue // a refusal under a form that nobody knows any more
      if (this.kinds.get(named) !== kind) this.find(new Fault(ENTRIES, `the ${kind} it names is not in the bundle`, number))
      else if (!this.logged.has(named)) this.loggedLate(kind, number)
    }
  }

  private count(choice: string): void {
    const { choices } = this.report
    const kind = choices.has(choice) || choices.size < MOST_KINDS ? choice : "…"
    choices.set(kind, (choices.get(kind) ?? 0) + 1)
  }

  private loggedLate(kind: string, number: number): void {
    // Documents were no entries at first: a log may begin so, but not go on so.
    if (this.logged.size) this.find(new Fault(ENTRIES, `the ${kind} it names was not in the log before it`, number))
    else this.unlogged = number + 1
  }

  private statement(statement: Fields, leaf: Uint8Array, number: number): void {
    if (!same(leafHash(utf8(encode(statement))), leaf))
      throw new Error("the statement and its leaf hash do not belong together")
    const members = Object.keys(statement).sort().join()
    if (members === "document,hash,kind,v" && statement.kind === "document" && statement.v === 1) {
      const { document, hash } = words(statement, "document", "hash")
      if (this.kinds.get(hash) !== document)
        this.find(new Fault(ENTRIES, `the ${document} it speaks of is not in the bundle`, number))
      this.logged.add(hash)
    } else if (members === "indices,kind,v" && statement.kind === "erasure" && Array.isArray(statement.indices)) {
      for (const index of statement.indices) this.unexplained.delete(Number(index))
    } else if (members === "at,by,kind,role,v,what" && statement.kind === "access" && statement.v === 1) {
      const { at, by, role, what } = words(statement, "at", "by", "role", "what")
      if (!ACCESS.test([at, by, role, what].join("|"))) throw new Error("an access in other words than ours")
    } else throw new Error("a statement of another kind")
  }

  /** Hold the root on the way against what was signed for at this size. */
  private async meet(older: Older | undefined): Promise<void> {
    const { size } = this.tree
    if (older?.checkpoint.size === size && !same(older.checkpoint.root, this.tree.root()))
      this.find(new Fault(ENTRIES, `what the earlier export's ${size} entries said was rewritten`))
    for (const note of this.signed.get(size) ?? [])
      if (!same(parseCheckpoint(parseNote(note).text).root, this.tree.root()))
        this.find(new Fault("anchors.jsonl", `what the ${size} entries said when this checkpoint was signed was rewritten`))
  }

  private async close(bundle: Bundle, checkpoint: Checkpoint, older: Older | undefined, given: Key | undefined): Promise<void> {
    const { report, tree } = this
    const keys = this.successors(given ?? older?.key ?? bundle.key)
    const known = (key: Key): boolean => keys.has(key.text)
    report.entries = tree.size
    report.root = hex(checkpoint.root)
    for (const number of this.unexplained) this.find(new Fault(ENTRIES, "no record: nothing here says that it was erased", number))
    if (tree.size !== checkpoint.size)
      this.find(new Fault("checkpoint", `${tree.size} entries, where the checkpoint signs for ${checkpoint.size}`))
    else if (!same(tree.root(), checkpoint.root) && !report.faults.length)
      this.find(new Fault(ENTRIES, "the entries are not those under the checkpoint: their root hash differs"))
    if (older && older.checkpoint.size > tree.size)
      this.find(new Fault("earlier export", `it held ${older.checkpoint.size} entries: some are gone`))
    if (older && !known(older.key)) this.find(new Fault("earlier export", "signed by a key that is none of this log's"))
    if (!known(bundle.key))
      this.find(new Fault("manifest", "not signed by the key that was given, nor by one that it handed over to"))
    await this.signatures(keys)
    if (this.unlogged)
      report.notes.push(`The first ${this.unlogged} entries are from before policies and notices were logged.`)
    if (given) report.anchors.push(`the verifier key ${given.text}`)
    if (older) report.anchors.push(`an earlier export of ${older.checkpoint.size} entries`)
  }

  private async signatures(keys: Map<string, Key>): Promise<void> {
    for (const [size, notes] of this.signed)
      for (const note of notes)
        await this.guarded("anchors.jsonl", undefined, async () => {
          if (size > this.tree.size) throw new Error(`a checkpoint of ${size} entries was signed: some are gone`)
          await openNote(note, [...keys.values()])
        })
  }

  /** All keys that are one with the first: each signed for the next, and the next for it. */
  private successors(first: Key): Map<string, Key> {
    const known = new Map([[first.text, first]])
    for (let before = 0; before !== known.size; ) {
      before = known.size
      for (const pair of this.handovers)
        if (pair.some((key) => known.has(key.text))) for (const key of pair) known.set(key.text, key)
    }
    return known
  }

  private async guarded(part: string, entry: number | undefined, run: () => void | Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.find(error instanceof Fault ? error : new Fault(part, (error as Error).message, entry))
    }
  }
}

async function openHandover(value: Fields): Promise<[Key, Key]> {
  const { handover } = words(value, "handover")
  const said = parseNote(handover).text
  const [title, from = "", to = "", end] = said.split("\n")
  const pair: [Key, Key] = [parseKey(from.replace(/^from /, "")), parseKey(to.replace(/^to /, ""))]
  const [old, young] = pair
  const { by } = await openNote(handover, pair)
  if (title !== HANDOVER || end !== "" || said !== `${HANDOVER}\nfrom ${old.text}\nto ${young.text}\n`)
    throw new Error("not a handover")
  if (!pair.every((key) => by.includes(key))) throw new Error("a handover must be signed by both keys")
  return pair
}
