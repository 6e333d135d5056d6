import assert from "node:assert/strict"
import { test } from "node:test"
import { worded } from "../src/signals/words"

const LABELS = { ads: "marketing", count: "analytics", safe: "essential" }

test("a decision is said in somebody's words", () => {
  const said = worded(LABELS, { granted: ["analytics", "essential"], vendors: [] })
  assert.deepEqual(said, { ads: "denied", count: "granted", safe: "granted" })
})

test("first letters will do, and are nobody else's", () => {
  assert.deepEqual(worded(LABELS, { granted: ["e", "0"], vendors: [] }), { ads: "denied", count: "denied", safe: "granted" })
  assert.deepEqual(worded(LABELS, { granted: ["e", "f", "m"], vendors: [] }), { ads: "granted", count: "denied", safe: "granted" })
})

test("vendors count where all who are meant are allowed", () => {
  const said = (vendors) => worded({ count: "analytics one two" }, { granted: ["essential"], vendors }).count
  assert.equal(said(["one", "two", "other"]), "granted")
  assert.equal(said(["one"]), "denied")
  assert.equal(worded(LABELS, { granted: ["essential"], vendors: ["marketing"] }).ads, "denied")
})
