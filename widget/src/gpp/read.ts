// A section of a GPP string as scripts get it: an object for each segment. Knows the fields by their names and widths, as
// the server writes them down ("Version:6 SaleOptOut KnownChildSensitiveDataConsents*3"), and nothing of their meaning.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

export type Segment = Record<string, number | boolean | number[]>

/** The string is ours, and in order. */
export function readSection(text: string, segments: string[]): Segment[] {
  return text.split(".").map((letters, index) => readSegment(letters, segments[index]!))
}

function readSegment(letters: string, fields: string): Segment {
  let bits = [...letters].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(6, "0")).join("")
  const take = (width: number): number => {
    const value = parseInt(bits.slice(0, width), 2)
    bits = bits.slice(width)
    return value
  }
  const segment: Segment = {}
  for (const field of fields.split(" ")) {
    const [, name = "", mark, count = "2"] = /^(\w+?)(?:([:*])(\d+))?$/.exec(field)!
    if (mark === "*") segment[name] = Array.from({ length: +count }, () => take(2))
    else segment[name] = count === "1" ? !!take(1) : take(+count)
  }
  return segment
}
