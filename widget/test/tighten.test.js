import assert from "node:assert/strict"
import { test } from "node:test"
import { tighten } from "../src/guard/tighten"

// As tests/csp/test_sources.py has it: both sides make the same text of it.
const TABLE =
  "default-src 'self' @; font-src 'self' fonts.test @\nanalytics count count.test *.count.test\nmarketing ads ads.test/a"
const decision = (granted, vendors = []) => ({ granted: ["essential", ...granted], vendors })

test("without a decision nobody is allowed", () => {
  assert.equal(tighten(undefined, TABLE), "default-src 'self'; font-src 'self' fonts.test")
  assert.equal(tighten(decision([]), TABLE), "default-src 'self'; font-src 'self' fonts.test")
})

test("a vendor is allowed by its category, or by itself, in every kind of fetch", () => {
  const count = "default-src 'self' count.test *.count.test; font-src 'self' fonts.test count.test *.count.test"
  assert.equal(tighten(decision(["analytics"]), TABLE), count)
  assert.equal(tighten(decision([], ["count"]), TABLE), count)
  assert.equal(
    tighten(decision(["marketing", "analytics"]), TABLE),
    "default-src 'self' count.test *.count.test ads.test/a; font-src 'self' fonts.test count.test *.count.test ads.test/a",
  )
})

test("a vendor's name is never taken for a category", () => {
  assert.equal(tighten(decision(["count"], ["marketing"]), TABLE), tighten(undefined, TABLE))
})

test("a site without vendors has one text for all", () => {
  assert.equal(tighten(decision(["analytics"]), "default-src 'self' @"), "default-src 'self'")
})
