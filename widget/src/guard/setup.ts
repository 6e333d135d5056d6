// Everything wired: the first script of a page in which something is held stands in front of what its scripts reach for.
import { initialDecision } from "./initial"
import { createJudge, type Row } from "./judge"
import { guardRealm } from "./vectors"

/** Written in front of this script by the server: what the site's policy and the catalogue say. */
declare const TABLE: readonly Row[]

const decision = initialDecision(document.currentScript!.dataset)
// The widget knows better once it is there: a choice may be made while the page is open.
export const judge = createJudge(TABLE, () => window.consentkit?.decision() ?? decision)
guardRealm(window, judge)
