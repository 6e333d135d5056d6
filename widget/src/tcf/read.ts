// A TC string as scripts get it: TCData of the IAB's "CMP API v2". Knows where the fields stand in a string of version 2.3
// (signals/tcf/text.py has the table); not what they mean, nor which string is in force.

type Marks = Record<string, boolean>
/** By purpose and vendor: 0 may not at all, 1 only with consent, 2 only by legitimate interest. */
type Restrictions = Record<string, Record<string, number>>

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** What a string says, beside what the API says of itself; throws where the string ends too soon. */
export function readString(text: string) {
  const [core = "", disclosed = ""] = text.split(".")
  const bits = reader(core)
  bits.number(78) // version and days
  const cmpId = bits.number(12)
  bits.number(42) // the CMP's version, screen and language, and the list's version
  const policyVersion = bits.number(6)
  const isServiceSpecific = bits.flag()
  const useNonStandardTexts = bits.flag()
  const specialFeatureOptins = bits.marks(12)
  const purpose = { consents: bits.marks(24), legitimateInterests: bits.marks(24) }
  const purposeOneTreatment = bits.flag()
  const publisherCC = String.fromCharCode(65 + bits.number(6), 65 + bits.number(6))
  const vendor = { consents: bits.vendors(), legitimateInterests: bits.vendors(), disclosedVendors: {} as Marks }
  const restrictions = bits.restrictions()
  const segment = reader(disclosed)
  segment.number(3)
  vendor.disclosedVendors = segment.vendors()
  return {
    cmpId,
    policyVersion,
    restrictions,
    said: { isServiceSpecific, useNonStandardTexts, publisherCC, purposeOneTreatment, purpose, vendor, specialFeatureOptins },
  }
}

function reader(letters: string) {
  const bits = [...letters].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(6, "0")).join("")
  let at = 0
  const take = (width: number): string => {
    at += width
    if (at > bits.length) throw RangeError("a TC string ends too soon")
    return bits.slice(at - width, at)
  }
  const number = (width: number): number => parseInt(take(width), 2)
  const flag = (): boolean => take(1) === "1"
  const marks = (width: number): Marks => Object.fromEntries([...take(width)].map((bit, index) => [index + 1, bit === "1"]))
  const vendors = (): Marks => {
    const highest = number(16)
    if (!flag()) return marks(highest)
    const found: Marks = {}
    for (let id = 1; id <= highest; id++) found[id] = false
    ranges((id) => (found[id] = true))
    return found
  }
  const ranges = (each: (id: number) => void): void => {
    for (let entries = number(12); entries; entries--) {
      const isRange = flag()
      const first = number(16)
      for (let id = first, last = isRange ? number(16) : first; id <= last; id++) each(id)
    }
  }
  const restrictions = (): Restrictions => {
    const found: Restrictions = {}
    for (let entries = number(12); entries; entries--) {
      const ruled = (found[number(6)] ??= {})
      const kind = number(2)
      ranges((id) => (ruled[id] = kind))
    }
    return found
  }
  return { number, flag, marks, vendors, restrictions }
}
