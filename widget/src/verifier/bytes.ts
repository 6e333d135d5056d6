// Bytes and their spellings. One spelling is taken of each; any other is refused.

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export const utf8 = (text: string): Uint8Array => encoder.encode(text)
export const text = (data: Uint8Array): string => decoder.decode(data)

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

export function hex(data: Uint8Array): string {
  let out = ""
  for (const byte of data) out += DIGITS[byte]
  return out
}

export function fromHex(value: unknown): Uint8Array {
  if (typeof value !== "string" || !/^([0-9a-f]{2})*$/.test(value)) throw new Error("not hexadecimal")
  const data = new Uint8Array(value.length / 2)
  for (let at = 0; at < data.length; at++) data[at] = parseInt(value.slice(2 * at, 2 * at + 2), 16)
  return data
}

export const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data))

export function fromBase64(value: string): Uint8Array {
  const data = Uint8Array.from(atob(value), (char) => char.charCodeAt(0))
  if (base64(data) !== value) throw new Error("base64 in another spelling")
  return data
}

export const same = (one: Uint8Array, other: Uint8Array): boolean => hex(one) === hex(other)
