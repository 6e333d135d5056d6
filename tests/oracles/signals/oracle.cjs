// The IAB's own libraries as judges: strings of ours in, what they say out; and the other way round.
// In on stdin: { gpp: { texts, models }, tcf: { list, texts, models } }; out on stdout the same shape, answered.
const { GppModel } = require("@iabgpp/cmpapi")
const { GVL, PurposeRestriction, TCModel, TCString } = require("@iabtechlabtcf/core")
const { dirname, join } = require("node:path")

// What the list says of vendors would take some of them, and of restrictions, out of a string again: here the string is
// what is judged.
const folder = dirname(require.resolve("@iabtechlabtcf/core"))
require(join(folder, "encoder/SemanticPreEncoder.js")).SemanticPreEncoder.process = (same) => same

const plain = (value) => (value instanceof Date ? value.getTime() : value)

function readGpp({ text, fields }) {
  const model = new GppModel(text)
  return fields.map(([section, field]) => plain(model.getFieldValue(section, field)))
}

function writeGpp(fields) {
  const model = new GppModel()
  for (const [section, field, value] of fields) model.setFieldValue(section, field, value)
  return model.encode()
}

const ids = (vector) => [...vector].filter(([, set]) => set).map(([id]) => id)
const VECTORS = {
  special_features: "specialFeatureOptins",
  purposes: "purposeConsents",
  legitimate_purposes: "purposeLegitimateInterests",
  vendors: "vendorConsents",
  legitimate_vendors: "vendorLegitimateInterests",
  disclosed: "vendorsDisclosed",
  publisher_purposes: "publisherConsents",
  publisher_legitimate: "publisherLegitimateInterests",
}
const VALUES = {
  cmp_id: "cmpId",
  cmp_version: "cmpVersion",
  screen: "consentScreen",
  language: "consentLanguage",
  vendor_list: "vendorListVersion",
  policy_version: "policyVersion",
  own_texts: "useNonStandardTexts",
  purpose_one_undisclosed: "purposeOneTreatment",
  publisher_country: "publisherCountryCode",
}

function readTcf(text) {
  const model = TCString.decode(text)
  const said = { day: model.lastUpdated.getTime(), restrictions: [] }
  for (const [name, key] of Object.entries(VALUES)) said[name] = model[key]
  for (const [name, key] of Object.entries(VECTORS)) said[name] = ids(model[key])
  for (const one of model.publisherRestrictions.getRestrictions()) {
    said.restrictions.push([one.purposeId, one.restrictionType, model.publisherRestrictions.getVendors(one)])
  }
  return said
}

function writeTcf(gvl, { day, restrictions, ...said }) {
  const model = new TCModel(gvl)
  model.isServiceSpecific = true
  for (const [name, key] of Object.entries(VALUES)) model[key] = said[name]
  for (const [name, key] of Object.entries(VECTORS)) model[key].set(said[name])
  model.publisherRestrictions.gvl_ = { vendorIds: { has: () => true } }
  for (const [purpose, kind, vendors] of restrictions) {
    for (const vendor of vendors) model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, kind))
  }
  model.created = model.lastUpdated = new Date(day)
  return TCString.encode(model)
}

let asked = ""
process.stdin.on("data", (chunk) => (asked += chunk))
process.stdin.on("end", () => {
  const { gpp, tcf } = JSON.parse(asked)
  const list = new GVL(tcf.list)
  const answer = {
    gpp: { texts: gpp.texts.map(readGpp), models: gpp.models.map(writeGpp) },
    tcf: { texts: tcf.texts.map(readTcf), models: tcf.models.map((model) => writeTcf(list, model)) },
  }
  process.stdout.write(JSON.stringify(answer))
})
