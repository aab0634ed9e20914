import { DeliveryState, EsrReason } from "../schema/learning/esr-standing";
import { RecordState } from "../schema/record";
import {
  type AwardToJudge,
  type DefinitionInVpd,
  employerReason,
  type Judgement,
  judge,
  nameInVpd,
  type PersonToJudge,
  type Rules,
} from "./due";

const fire = "CSTF|Fire Safety|1|";
const twoYears = "NHS|CSTF|Fire Safety - 2 Years|";
const oneYear = "NHS|CSTF|Fire Safety - 1 Year|";
const today = "2026-11-22";

const award = (id: string, more: Partial<AwardToJudge> = {}): AwardToJudge => ({
  id,
  competence: fire,
  awardedOn: "2026-03-10",
  state: RecordState.IN_FORCE,
  controllerOrg: "ZQA",
  connectionId: "lms",
  inEsr: false,
  ...more,
});
const inEsr = (id: string, more: Partial<AwardToJudge> = {}) => award(id, { connectionId: "esr", inEsr: true, ...more });
const engagement = (kind: string, more: Partial<PersonToJudge["engagements"][number]> = {}) => ({
  staffMember: "p",
  organisation: "ZQA",
  kind,
  acceptedOn: "2020-01-06",
  endsBefore: undefined,
  ...more,
});
const person = (more: Partial<PersonToJudge> = {}): PersonToJudge => ({
  staffMember: "p",
  inEsr: true,
  engagements: [engagement("SUBSTANTIVE")],
  awards: [award("a")],
  deliveries: [],
  retryRefused: false,
  ...more,
});
const rules = (more: Partial<Rules> = {}): Rules => ({
  organisation: "ZQA",
  today,
  definitions: [{ name: twoYears, competence: fire, startsOn: "2019-06-01" }],
  aligned: (organisation) => ({ ZQA: true, ZQB: true, ZQE: false })[organisation],
  feeds: new Map([
    ["lms", { mode: "on", fedBy: "hub" }],
    ["other", { mode: "on", fedBy: "hub" }],
    ["rehearsed", { mode: "shadow", fedBy: "hub" }],
    ["observed", { mode: "observe", fedBy: "hub" }],
    ["vendors", { mode: "on", fedBy: "vendor" }],
  ]),
  ownMonths: () => 24,
  mayReceive: (controllerOrg) => controllerOrg === "ZQA",
  ...more,
});
const words = (judgement: Judgement) =>
  judgement.verdict === "not-due" ? judgement.reason : judgement.verdict === "due" ? `due ${judgement.mode}` : "delivered";
const answers = (of: PersonToJudge, by = rules()) => Object.fromEntries(judge(of, by).map((it) => [it.recordId, words(it)]));
const delivery = (state: DeliveryState, more = {}) => ({ recordId: "a", competence: fire, awardedOn: "2026-03-10", state, ...more });

test("an aligned employer's national award that ESR lacks is due under the VPD's own name", () => {
  expect(judge(person(), rules())).toEqual([{ recordId: "a", verdict: "due", mode: "on", esrName: twoYears }]);
});

test.each<[string, Partial<PersonToJudge>, Partial<Rules>, string]>([
  ["nobody's", { staffMember: undefined }, {}, "WAITING_FOR_PERSON"],
  ["withdrawn", { awards: [award("a", { state: RecordState.WITHDRAWN })] }, {}, "WITHDRAWN"],
  ["missing from a snapshot nobody confirmed", { awards: [award("a", { state: RecordState.SUSPECTED })] }, {}, "SUSPECTED"],
  ["no longer listed by a source that keeps no history", { awards: [award("a", { state: RecordState.NOT_AT_SOURCE })] }, {}, "due on"],
  ["held by ESR", { awards: [award("a"), inEsr("e")] }, {}, "ESR_HOLDS_IT"],
  ["held by ESR one day earlier", { awards: [award("a"), inEsr("e", { awardedOn: "2026-03-09" })] }, {}, "ESR_HOLDS_IT"],
  ["held by ESR three days later", { awards: [award("a"), inEsr("e", { awardedOn: "2026-03-13" })] }, {}, "ESR_HOLDS_IT"],
  ["older than ESR's by four days", { awards: [award("a"), inEsr("e", { awardedOn: "2026-03-14" })] }, {}, "ESR_HOLDS_NEWER"],
  ["newer than ESR's by four days", { awards: [award("a"), inEsr("e", { awardedOn: "2026-03-06" })] }, {}, "due on"],
  ["held by ESR as another competence", { awards: [award("a"), inEsr("e", { competence: "CSTF|Fire Safety|2|" })] }, {}, "due on"],
  ["withdrawn in ESR", { awards: [award("a"), inEsr("e", { state: RecordState.WITHDRAWN })] }, {}, "SOURCES_DISAGREE"],
  [
    "withdrawn in another LMS",
    { awards: [award("a"), award("b", { connectionId: "other", state: RecordState.WITHDRAWN })] },
    {},
    "SOURCES_DISAGREE",
  ],
  ["of tomorrow", { awards: [award("a", { awardedOn: "2026-11-23" })] }, {}, "AWARDED_IN_FUTURE"],
  ["of today", { awards: [award("a", { awardedOn: today })] }, {}, "due on"],
  ["local", { awards: [award("a", { competence: "LOCAL-991|Induction|1|" })] }, {}, "NOT_NATIONAL"],
  ["KSF", { awards: [award("a", { competence: "KSF|Health, Safety and Security C3|1|" })] }, {}, "NOT_NATIONAL"],
  ["observed only", { awards: [award("a", { connectionId: "observed" })] }, {}, "MODE_OBSERVE"],
  ["of a connection without a line", { awards: [award("a", { connectionId: "unknown" })] }, {}, "MODE_OBSERVE"],
  ["fed by the vendor", { awards: [award("a", { connectionId: "vendors" })] }, {}, "FED_BY_VENDOR"],
  ["rehearsed", { awards: [award("a", { connectionId: "rehearsed" })] }, {}, "due shadow"],
  ["of somebody ESR does not employ", { inEsr: false }, {}, "NO_EMPLOYER_IN_ESR"],
  ["of an issuer who is not aligned", { awards: [award("a", { awardedBy: "ZQE" })] }, {}, "ISSUER_NOT_ALIGNED"],
  ["of an issuer nobody knows", { awards: [award("a", { awardedBy: "ELFH" })] }, {}, "ISSUER_UNKNOWN"],
  ["of an aligned issuer elsewhere", { awards: [award("a", { awardedBy: "ZQB" })] }, {}, "due on"],
  ["another controller's without agreement", { awards: [award("a", { controllerOrg: "ZQB" })] }, {}, "NOT_PERMITTED"],
  ["another controller's with agreement", { awards: [award("a", { controllerOrg: "ZQB" })] }, { mayReceive: () => true }, "due on"],
  ["without a name in the VPD", {}, { definitions: [] }, "NAME_NOT_IN_VPD"],
  ["acknowledged", { deliveries: [delivery(DeliveryState.ACKNOWLEDGED)] }, {}, "delivered"],
  ["sent", { deliveries: [delivery(DeliveryState.SENT)] }, {}, "delivered"],
  ["written", { deliveries: [delivery(DeliveryState.WRITTEN)] }, {}, "delivered"],
  [
    "returned, and withdrawn since",
    { awards: [award("a", { state: RecordState.WITHDRAWN })], deliveries: [delivery(DeliveryState.RETURNED)] },
    {},
    "delivered",
  ],
  ["refused, and ESR has changed", { retryRefused: true, deliveries: [delivery(DeliveryState.REFUSED)] }, {}, "due on"],
  ["refused, and ESR is as it was", { deliveries: [delivery(DeliveryState.REFUSED)] }, {}, "delivered"],
  ["refused, and held by ESR now", { awards: [award("a"), inEsr("e")], deliveries: [delivery(DeliveryState.REFUSED)] }, {}, "ESR_HOLDS_IT"],
  ["refused, and corrected to another day", { deliveries: [delivery(DeliveryState.REFUSED, { awardedOn: "2026-02-01" })] }, {}, "due on"],
  ["dropped, and due again", { deliveries: [delivery(DeliveryState.DROPPED)] }, {}, "due on"],
  [
    "on its way from another system a day apart",
    { deliveries: [delivery(DeliveryState.SENT, { recordId: "x", awardedOn: "2026-03-11" })] },
    {},
    "TOLD_TWICE",
  ],
  [
    "older than one on its way",
    { deliveries: [delivery(DeliveryState.SENT, { recordId: "x", awardedOn: "2026-06-11" })] },
    {},
    "NOT_NEWEST",
  ],
  ["corrected to another day after it was sent", { deliveries: [delivery(DeliveryState.SENT, { awardedOn: "2026-02-01" })] }, {}, "due on"],
])("an award %s", (_, of, by, expected) => {
  expect(answers(person(of), rules(by)).a).toBe(expected);
});

test("a national competence outside the framework needs a known issuer, not an aligned one", () => {
  const competence = "MAND|Oliver McGowan|1|";
  const definitions = [{ name: "NHS|MAND|Oliver McGowan|", competence }];
  expect(answers(person({ awards: [award("a", { competence, awardedBy: "ZQE" })] }), rules({ definitions })).a).toBe("due on");
});

test("of one training told by two systems within three days one goes, the earliest telling", () => {
  const two = [award("late", { awardedOn: "2026-03-12" }), award("early", { connectionId: "other", awardedOn: "2026-03-10" })];
  expect(answers(person({ awards: two }))).toEqual({ late: "TOLD_TWICE", early: "due on" });
});

test("of several awards of one competence the newest that may go does", () => {
  const three = [
    award("old", { awardedOn: "2024-03-10" }),
    award("new", { awardedOn: "2026-03-10" }),
    award("not accepted", { awardedOn: "2026-09-10", awardedBy: "ZQE" }),
  ];
  expect(answers(person({ awards: three }))).toEqual({ old: "NOT_NEWEST", new: "due on", "not accepted": "ISSUER_NOT_ALIGNED" });
});

test("a rehearsal never stands in the way of what is sent, and what is sent need not be rehearsed", () => {
  const newer = [award("sent", { awardedOn: "2026-03-10" }), award("rehearsed", { connectionId: "rehearsed", awardedOn: "2026-09-10" })];
  expect(answers(person({ awards: newer }))).toEqual({ sent: "due on", rehearsed: "due shadow" });
  const same = [award("sent", { awardedOn: "2026-03-11" }), award("rehearsed", { connectionId: "rehearsed" })];
  expect(answers(person({ awards: same }))).toEqual({ sent: "due on", rehearsed: "TOLD_TWICE" });
});

test("the order of the rows changes nothing", () => {
  const rows = [
    award("a"),
    award("b", { connectionId: "other" }),
    award("c", { awardedOn: "2025-01-01" }),
    inEsr("e", { awardedOn: "2023-01-01" }),
  ];
  const expected = answers(person({ awards: rows }));
  for (let turn = 1; turn < rows.length; turn += 1)
    expect(answers(person({ awards: [...rows.slice(turn), ...rows.slice(0, turn)] }))).toEqual(expected);
});

describe("the employer whose ESR receives", () => {
  const reason = (...engagements: PersonToJudge["engagements"][number][]) => employerReason({ inEsr: true, engagements }, "ZQA", today);
  test.each(["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK"])("is one with %s", (kind) => {
    expect(reason(engagement(kind))).toBeUndefined();
  });
  test.each(["HONORARY", "HOST_PLACEMENT", "SECONDMENT_IN", "SECONDMENT_OUT"])("is not one with %s", (kind) => {
    expect(reason(engagement(kind))).toBe(EsrReason.NO_EMPLOYER_IN_ESR);
  });
  test("is not the bank of somebody whom another employs, and is the bank of somebody whom nobody does", () => {
    expect(reason(engagement("BANK"), engagement("SUBSTANTIVE", { organisation: "ZQB" }))).toBe(EsrReason.NO_EMPLOYER_IN_ESR);
    expect(reason(engagement("BANK"), engagement("SUBSTANTIVE", { organisation: "ZQB", endsBefore: "2026-01-01" }))).toBeUndefined();
  });
  test("is one until the last day, and nothing new goes after it", () => {
    expect(reason(engagement("SUBSTANTIVE", { endsBefore: "2026-11-23" }))).toBeUndefined();
    expect(reason(engagement("SUBSTANTIVE", { endsBefore: today }))).toBe(EsrReason.EMPLOYMENT_ENDED);
  });
  test("is one from the first day on, not before and not by an offer", () => {
    expect(reason(engagement("SUBSTANTIVE", { acceptedOn: today }))).toBeUndefined();
    expect(reason(engagement("SUBSTANTIVE", { acceptedOn: "2026-11-23" }))).toBe(EsrReason.NOT_YET_EMPLOYED);
    expect(reason(engagement("PRE_HIRE"))).toBe(EsrReason.NOT_YET_EMPLOYED);
  });
});

describe("the name", () => {
  const named = (definitions: DefinitionInVpd[], months: number | null | undefined = 24, on = "2026-03-10") =>
    nameInVpd(definitions, fire, on, months);
  const one = { name: oneYear, competence: fire, startsOn: "2020-01-01" };
  const two = { name: twoYears, competence: fire, startsOn: "2019-06-01" };
  test("is the one with the organisation's own period, whatever the order", () => {
    expect(named([one, two])).toBe(twoYears);
    expect(named([two, one], 12)).toBe(oneYear);
  });
  test("is else the newest, then the first by name", () => {
    expect(named([two, one], null)).toBe(oneYear);
    expect(named([{ ...two, startsOn: "2020-01-01" }, one], null)).toBe(oneYear);
  });
  test("is in use on the day of the award, first and last day included", () => {
    expect(named([{ ...two, endsOn: "2026-03-09" }])).toBeUndefined();
    expect(named([{ ...two, endsOn: "2026-03-10" }])).toBe(twoYears);
    expect(named([{ ...two, startsOn: "2026-03-11" }])).toBeUndefined();
    expect(named([{ ...two, startsOn: "2026-03-10" }])).toBe(twoYears);
  });
  test("is national and of this competence, whatever the row claims", () => {
    expect(named([{ name: "991|LOCAL|Fire Safety - 2 Years|", competence: fire }])).toBeUndefined();
    expect(named([{ name: "NHS|CSTF|Fire Safety - Level 2 - 2 Years|", competence: fire }])).toBeUndefined();
  });
});
