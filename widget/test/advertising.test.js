import assert from "node:assert/strict"
import { test } from "node:test"
import { readSection } from "../src/gpp/read"
import { readString } from "../src/tcf/read"

const set = (marks) => Object.keys(marks).filter((id) => marks[id]).map(Number)

test("the specification's TC string says what it says there, in runs and in single bits", () => {
  const text = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA"
  const { cmpId, policyVersion, said } = readString(text)
  assert.deepEqual([cmpId, policyVersion, said.publisherCC, said.isServiceSpecific], [880, 2, "DE", true])
  assert.deepEqual(set(said.vendor.consents), [1, 2, 3, 4])
  assert.deepEqual(set(said.vendor.legitimateInterests), [])
  assert.deepEqual(set(said.vendor.disclosedVendors), [1, 2, 3, 4, 5, 100, 404])
  assert.equal(said.vendor.disclosedVendors[6], false)
})

test("what a publisher restricts is told by purpose and vendor, runs counted out", () => {
  const text = "CQuIxQAQuIxQANwABBENAHEgAAAAAAAAAAAAABEAAAAQQAFAAUABwAGDoAIABQAA.IABE"
  assert.deepEqual(readString(text).restrictions, { 2: { 5: 0, 6: 0, 7: 0, 12: 0 }, 7: { 5: 1 } })
})

test("a string that is cut off is none", () => {
  for (const text of ["", ".", "CQSbk4AQ", "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA", "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.I"])
    assert.throws(() => readString(text), RangeError)
})

test("a section of GPP has an object for each of its segments", () => {
  const fields = ["Version:6 SharingNotice SaleOptOut Known*3 Mspa", "SubsectionType Gpc:1"]
  const core = { Version: 1, SharingNotice: 1, SaleOptOut: 2, Known: [0, 1, 2], Mspa: 2 }
  assert.deepEqual(readSection("BYa.YA", fields), [core, { SubsectionType: 1, Gpc: true }])
  assert.deepEqual(readSection("BYa", fields), [core])
})
