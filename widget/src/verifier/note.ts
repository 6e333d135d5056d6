// Signed notes (C2SP signed-note) and checkpoints (C2SP tlog-checkpoint). Ed25519 is the browser's own.

import { base64, fromBase64, hex, same, utf8 } from "./bytes"
import { sha256 } from "./sha256"

const LEAD = "— "
const ED25519 = 1

export type Key = { name: string; id: Uint8Array; publicKey: Uint8Array; text: string }
type Signature = { name: string; id: Uint8Array; value: Uint8Array }

export function parseKey(source: string): Key {
  // base64 has "+" of its own: only the first two divide.
  const [, name = "", id = "", key = ""] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(source) ?? []
  const data = fromBase64(key)
  const made = sha256(utf8(`${name}\n`), data).subarray(0, 4)
  if (!isName(name) || data[0] !== ED25519 || data.length !== 33 || hex(made) !== id) throw new Error("not a verifier key")
  return { name, id: made, publicKey: data.subarray(1), text: source }
}

const isName = (name: string): boolean => name !== "" && !/[\s+]/.test(name)

/** The text of a note, once one of these keys vouches for it; a wrong signature in a known name is refused. */
export async function openNote(note: string, keys: readonly Key[]): Promise<{ text: string; by: Key[] }> {
  const { text, signatures } = parseNote(note)
  const by: Key[] = []
  for (const signature of signatures)
    for (const key of keys)
      if (key.name === signature.name && same(key.id, signature.id)) {
        if (!(await vouches(key, text, signature.value))) throw new Error(`false signature in the name of ${key.name}`)
        by.push(key)
      }
  if (!by.length) throw new Error("signed by no key that was given")
  return { text, by }
}

export function parseNote(note: string): { text: string; signatures: Signature[] } {
  const end = note.lastIndexOf("\n\n")
  const lines = note.slice(end + 2).split("\n")
  if (end < 0 || lines.pop() !== "" || !lines.length || /[\x00-\x09\x0b-\x1f]/.test(note)) throw new Error("not a note")
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): Signature {
  const [name = "", value = "", ...more] = line.slice(LEAD.length).split(" ")
  if (!line.startsWith(LEAD) || more.length || !isName(name)) throw new Error("not a signature line")
  const data = fromBase64(value)
  return { name, id: data.subarray(0, 4), value: data.subarray(4) }
}

async function vouches(key: Key, text: string, value: Uint8Array): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key.publicKey as BufferSource, "Ed25519", false, ["verify"])
  return crypto.subtle.verify("Ed25519", imported, value as BufferSource, utf8(text) as BufferSource)
}

export type Checkpoint = { origin: string; size: number; root: Uint8Array }

export function parseCheckpoint(source: string): Checkpoint {
  const [origin = "", size = "", root = ""] = source.split("\n")
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) }
  if (checkpoint.root.length !== 32 || !source.startsWith(`${origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`))
    throw new Error("not a checkpoint")
  return checkpoint
}
