import assert from "node:assert/strict"
import test from "node:test"
import { authorsText, labelsIn } from "../src/inside"

const SHEET = 'a{b:url(about:invalid#ck:marketing%20.ad-s:https://t.test/a)}@import "about:invalid#ck:analytics%20x:/b"'

test("a sheet names everyone who is held in it", () => {
  assert.equal(labelsIn(SHEET), "marketing .ad-s, analytics x")
  assert.equal(labelsIn("a{b:url(/own)}"), "")
})

test("a text is its author's again", () => {
  assert.equal(authorsText(SHEET), 'a{b:url(https://t.test/a)}@import "/b"')
  const framed = '<script type="text/plain" data-ck="m t" src=a></script><img data-ck="m t" data-ck-src=b alt="data">'
  assert.equal(authorsText(framed), '<script src=a></script><img src=b alt="data">')
  const form = '<form method="dialog" data-ck="m t" data-ck-action=a data-ck-method=post><button formmethod="dialog" data-ck="m">'
  assert.equal(authorsText(form), "<form action=a method=post><button>")
  assert.equal(authorsText('<form method="dialog">'), '<form method="dialog">')
})
