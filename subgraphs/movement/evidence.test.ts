import type { AwardEvidence } from "../../recognition/question";
import { withIssuers } from "./evidence";

const fire = "CSTF|Fire Safety|1|";
const award = (more: Partial<AwardEvidence>): AwardEvidence => ({
  id: "one",
  competence: fire,
  awardedOn: "2026-03-10",
  awardedBy: undefined,
  controllerOrg: "ZQA",
  withdrawn: false,
  heldByEsr: true,
  ...more,
});
const firstDays = new Map([["ZQA", "2026-03-10"]]);
const issuers = (...awards: AwardEvidence[]) => withIssuers(awards, firstDays).map(({ awardedBy }) => awardedBy);

test("what ESR holds without an issuer was awarded there, from the person's first day on", () => {
  expect(issuers(award({}))).toEqual(["ZQA"]);
  expect(issuers(award({ controllerOrg: "ZQC", awardedOn: "2019-01-01" }))).toEqual(["ZQC"]);
});

test("what is older than the first day there came from somebody whom nobody names", () => {
  expect(issuers(award({ awardedOn: "2026-03-09" }))).toEqual([undefined]);
  // A learning system says what was learned in it.
  expect(issuers(award({ awardedOn: "2026-03-09", heldByEsr: false }))).toEqual(["ZQA"]);
});

test("a certificate of somebody else is theirs in ESR as well, where a learning system names them", () => {
  expect(issuers(award({}), award({ awardedBy: "ZQE", heldByEsr: false, awardedOn: "2026-03-13" }))).toEqual(["ZQE", "ZQE"]);
  expect(issuers(award({}), award({ awardedBy: "ZQE", heldByEsr: false, awardedOn: "2026-03-14" }))).toEqual(["ZQA", "ZQE"]);
  expect(issuers(award({}), award({ awardedBy: "ZQE", competence: "CSTF|Resuscitation|1|" }))).toEqual(["ZQA", "ZQE"]);
});
