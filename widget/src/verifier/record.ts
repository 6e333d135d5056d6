// What stands for a record in the log: a commitment under a salt, so that the record can be erased and the hash can stay.

import { hex, utf8 } from "./bytes"
import { encode, type Fields } from "./canonical"
import { sha256 } from "./sha256"
import { leafHash } from "./tree"

const RECORD = utf8("consentkit/record/v1\n")
const SALT_SIZE = 32

export function leafOf(record: Fields, salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_SIZE) throw new Error("a salt of another size")
  const commitment = hex(sha256(RECORD, salt, utf8(encode(record))))
  return leafHash(utf8(encode({ commitment, kind: "choice", v: 1 })))
}
