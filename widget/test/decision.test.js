import assert from "node:assert/strict"
import { test } from "node:test"
import { allows, takesAway } from "../src/decision"

const decision = (granted, vendors = []) => ({ granted: ["essential", ...granted], vendors })

test("a label is allowed by its category or by its vendor", () => {
  assert.ok(allows(decision(["analytics"]), "analytics count"))
  assert.ok(allows(decision([], ["count"]), "analytics count"))
  assert.ok(!allows(decision(["marketing"], ["ads"]), "analytics count"))
})

test("a vendor's name is never taken for a category, nor the other way round", () => {
  assert.ok(!allows(decision(["analytics"]), "marketing analytics"))
  assert.ok(!allows(decision([], ["marketing"]), "marketing ads"))
  assert.ok(!allows(decision([], []), "marketing"))
})

test("an element that two hold waits for both", () => {
  assert.ok(!allows(decision(["analytics"]), "analytics count, marketing ads"))
  assert.ok(allows(decision(["analytics"], ["ads"]), "analytics count, marketing ads"))
})

test("whatever is allowed no longer takes away", () => {
  assert.ok(takesAway(decision(["analytics"]), decision([])))
  assert.ok(takesAway(decision([], ["count"]), decision(["marketing"])))
  assert.ok(!takesAway(decision(["analytics"], ["ads"]), decision(["analytics", "marketing"], ["ads"])))
})

test("a vendor whose whole category was allowed lost nothing", () => {
  assert.ok(!takesAway(decision([], ["count"]), decision(["functional", "analytics", "marketing"])))
})
