// A growing Merkle tree (RFC 6962 §2.1), known by its right edge: one hash for each binary digit 1 in its size.

import { sha256 } from "./sha256"

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (data: Uint8Array): Uint8Array => sha256(LEAF, data)
const join = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right)

export class Tree {
  size = 0
  private readonly edge: Uint8Array[] = []

  append(leaf: Uint8Array): void {
    let subtree = leaf
    // As a carry runs through the digits. Sizes beyond 2^31 are no business of bit operators.
    for (let carry = this.size; carry % 2 === 1; carry = Math.floor(carry / 2)) subtree = join(this.edge.pop()!, subtree)
    this.edge.push(subtree)
    this.size++
  }

  root(): Uint8Array {
    const [last, ...rest] = [...this.edge].reverse()
    return last ? rest.reduce((root, left) => join(left, root), last) : sha256()
  }
}

/** The root that an inclusion proof leads to (RFC 9162 §2.1.3.2). */
export function provenRoot(leaf: Uint8Array, index: number, size: number, path: Uint8Array[]): Uint8Array {
  if (index >= size) throw new Error("a proof beyond the tree")
  let [node, last, root] = [index, size - 1, leaf]
  const rise = (): void => {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  for (const sibling of path) {
    if (last === 0) throw new Error("a proof that is too long")
    if (node % 2 === 1 || node === last) {
      root = join(sibling, root)
      while (node % 2 === 0 && node !== 0) rise()
    } else root = join(root, sibling)
    rise()
  }
  if (last !== 0) throw new Error("a proof that is too short")
  return root
}
