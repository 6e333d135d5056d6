// Checking a visitor's receipts: that each is one entry of the log, under the checkpoint that came with it.
// Knows nothing of other entries. A receipt vouches for itself only where the log's key came by another way.

import { fromHex, hex, same, utf8 } from "./bytes"
import { Fault, NO_PROOF } from "./bundle"
import { encode, type Fields, object, type Value, words } from "./canonical"
import { type Key, openNote, parseCheckpoint, parseKey } from "./note"
import { leafOf } from "./record"
import { sha256 } from "./sha256"
import { provenRoot } from "./tree"

const LONGEST = 1 << 24

/** What was found of a file of receipts: the entries they are, what is wrong, and whether the given key vouches. */
export type Receipts = { origin: string; entries: number[]; faults: Fault[]; anchors: string[] }

/** Whether a file holds receipts, and no bundle. */
export const holdsReceipts = async (file: Blob): Promise<boolean> => (await file.slice(0, 1).text()) === "{"

export async function checkReceipts(file: Blob, given: Key | undefined): Promise<Receipts> {
  const found: Receipts = { origin: "", entries: [], faults: [], anchors: [] }
  try {
    const { receipts, documents } = parse(await file.slice(0, LONGEST).text())
    for (const [at, receipt] of receipts.entries())
      try {
        found.origin = await check(object(receipt), given)
        if (documents) seeDocuments(object(object(receipt).record), documents)
        found.entries.push(object(receipt).index as number)
      } catch (error) {
        found.faults.push(new Fault(`receipt ${at + 1}`, (error as Error).message))
      }
  } catch (error) {
    found.faults.push(new Fault("receipt", (error as Error).message))
  }
  if (given && !found.faults.length) found.anchors.push(`the verifier key ${given.text}`)
  return found
}

/** The policy and the notice that a record names are in the file, and are the texts of these hashes. */
function seeDocuments(record: Fields, documents: Fields): void {
  for (const kind of ["policy", "notice"]) {
    const named = words(record, kind)[kind]!
    if (!named) continue
    if (!Object.keys(documents).includes(named)) throw new Error(`the ${kind} ${named} is not in the file`)
    if (hex(sha256(utf8(encode(documents[named]!)))) !== named) throw new Error(`the ${kind} ${named} is not the text of that hash`)
  }
}

function parse(source: string): { receipts: Value[]; documents?: Fields } {
  let value
  try {
    value = object(JSON.parse(source) as Value)
  } catch {
    throw new Error(NO_PROOF)
  }
  const receipts = "receipts" in value ? value.receipts : [value]
  if (!Array.isArray(receipts) || !receipts.length) throw new Error("there is none in this file")
  return "receipts" in value && "documents" in value ? { receipts, documents: object(value.documents) } : { receipts }
}

/** The log that a receipt is of; throws for the first thing that is wrong. */
async function check(receipt: Fields, given: Key | undefined): Promise<string> {
  if (receipt.proof === undefined) throw new Error(NO_PROOF)
  if (!Array.isArray(receipt.proof)) throw new Error("it has no proof yet: download it again in a while")
  const said = words(receipt, "checkpoint", "id", "leaf_hash", "salt", "time", "vkey")
  const record = object(receipt.record)
  const key = given ?? parseKey(said.vkey)
  const checkpoint = parseCheckpoint((await openNote(said.checkpoint, [key])).text)
  if (checkpoint.origin !== key.name) throw new Error("its checkpoint is of another log than its key")
  const leaf = leafOf(record, fromHex(said.salt))
  if (hex(leaf) !== said.leaf_hash) throw new Error("the leaf hash is not that of this record and salt")
  if (!Number.isSafeInteger(receipt.index) || (receipt.index as number) < 0) throw new Error("without its place in the log")
  const root = provenRoot(leaf, receipt.index as number, checkpoint.size, receipt.proof.map(fromHex))
  if (!same(root, checkpoint.root)) throw new Error("its proof does not lead to the root under the checkpoint")
  if (said.vkey !== key.text) throw new Error("names another key than the one that signed it")
  if (said.id !== record.id || said.time !== record.time) throw new Error("id or time differ from the record's")
  return checkpoint.origin
}
