// SHA-256 (FIPS 180-4), fed in pieces: what the browser offers takes only a whole file at once. Knows bytes.

const ROUNDS = 64

/** The first 32 bits of the fractional parts of the roots of the first primes: square roots, then cube roots. */
function fractions(count: number, root: number): Uint32Array {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (prime) found.push(((candidate ** (1 / root)) % 1) * 2 ** 32)
  }
  return Uint32Array.from(found)
}

const START = Int32Array.from(fractions(8, 2))
const CONSTANTS = Int32Array.from(fractions(ROUNDS, 3))

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

// Filled anew for each block: one for all.
const words = new Int32Array(ROUNDS)

export class Sha256 {
  private readonly state = START.slice()
  private readonly block = new Uint8Array(64)
  private readonly view = new DataView(this.block.buffer)
  private filled = 0
  private size = 0

  update(data: Uint8Array): this {
    this.size += data.length
    for (let at = 0; at < data.length; ) {
      const taken = Math.min(64 - this.filled, data.length - at)
      this.block.set(data.subarray(at, at + taken), this.filled)
      this.filled += taken
      at += taken
      if (this.filled === 64) this.take()
    }
    return this
  }

  digest(): Uint8Array {
    const bits = this.size * 8
    const padding = new Uint8Array(((119 - (this.size % 64)) % 64) + 9)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(padding.length - 4, bits >>> 0)
    this.update(padding)
    const out = new DataView(new ArrayBuffer(32))
    this.state.forEach((word, at) => out.setInt32(at * 4, word))
    return new Uint8Array(out.buffer)
  }

  private take(): void {
    const { state, view } = this
    for (let at = 0; at < 16; at++) words[at] = view.getInt32(at * 4)
    for (let at = 16; at < ROUNDS; at++) {
      const early = words[at - 15]!
      const late = words[at - 2]!
      const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)
      const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
      words[at] = words[at - 16]! + first + words[at - 7]! + second
    }
    // One by one: taking an array apart allocates, and this runs for every 64 bytes.
    let a = state[0]!
    let b = state[1]!
    let c = state[2]!
    let d = state[3]!
    let e = state[4]!
    let f = state[5]!
    let g = state[6]!
    let h = state[7]!
    for (let at = 0; at < ROUNDS; at++) {
      const mixed = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
      const one = (h + mixed + ((e & f) ^ (~e & g)) + CONSTANTS[at]! + words[at]!) | 0
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + one) | 0
      d = c
      c = b
      b = a
      a = (one + two) | 0
    }
    state[0] = state[0]! + a
    state[1] = state[1]! + b
    state[2] = state[2]! + c
    state[3] = state[3]! + d
    state[4] = state[4]! + e
    state[5] = state[5]! + f
    state[6] = state[6]! + g
    state[7] = state[7]! + h
    this.filled = 0
  }
}

export const sha256 = (...pieces: Uint8Array[]): Uint8Array =>
  pieces.reduce((hash, piece) => hash.update(piece), new Sha256()).digest()
