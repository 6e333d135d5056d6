// JSON in its one spelling (RFC 8785, narrowed): ASCII keys in order, strings, whole numbers within 2^53, no floats.

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value }
export type Fields = { [key: string]: Value }

export function encode(value: Value): string {
  if (typeof value === "number") {
    if (!Number.isInteger(value) || Math.abs(value) > 2 ** 53) throw new Error("a number that JSON has no one spelling for")
    return String(value)
  }
  if (typeof value === "string") {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) throw new Error("half a character")
    return JSON.stringify(value)
  }
  if (value === null || typeof value === "boolean") return String(value)
  if (Array.isArray(value)) return `[${value.map(encode).join()}]`
  const members = Object.keys(value).sort()
  if (members.some((key) => /[^\x00-\x7f]/.test(key))) throw new Error("a key beyond ASCII")
  return `{${members.map((key) => `${JSON.stringify(key)}:${encode(value[key]!)}`).join()}}`
}

export function decode(source: string): Fields {
  let value
  try {
    value = JSON.parse(source) as Value
  } catch {
    throw new Error("not JSON")
  }
  if (encode(value) !== source) throw new Error("JSON in another spelling")
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("not an object")
  return value
}

export function object(value: Value | undefined): Fields {
  if (value === undefined || value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("not an object")
  return value
}

export function words<Name extends string>(value: Fields, ...names: Name[]): { [name in Name]: string } {
  const found = {} as { [name in Name]: string }
  for (const name of names) {
    const word = value[name]
    if (typeof word !== "string") throw new Error(`without ${name}`)
    found[name] = word
  }
  return found
}
