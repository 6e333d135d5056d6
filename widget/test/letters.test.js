import assert from "node:assert/strict"
import { test } from "node:test"
import { cookieValue, parseLetters } from "../src/letters"

test("a cookie is found by its whole name", () => {
  assert.equal(cookieValue("a=1; ck_s=fa.12345678; xck_s=2", "ck_s"), "fa.12345678")
  assert.equal(cookieValue("__Host-ck_s=0.12345678", "ck_s"), "")
  assert.equal(cookieValue("", "ck_s"), "")
})

test("of two values one is planted, and neither counts", () => {
  assert.equal(cookieValue("ck_s=0.12345678; ck_s=fam.12345678", "ck_s"), "")
})

test("letters name the categories that were allowed whole", () => {
  const granted = (value) => parseLetters(value, "12345678")?.granted
  assert.deepEqual(granted("0.12345678"), ["essential"])
  assert.deepEqual(granted("am.12345678"), ["essential", "analytics", "marketing"])
  assert.deepEqual(granted("fam.12345678"), ["essential", "functional", "analytics", "marketing"])
})

test("what cannot be told from the letters alone is left to the server", () => {
  const refused = ["", ".12345678", "fam.87654321", "am.12345678v", "0f.12345678", "mf.12345678", "x.12345678", "fam"]
  for (const value of refused) assert.equal(parseLetters(value, "12345678"), undefined, value)
  assert.equal(parseLetters("", ""), undefined)
})
