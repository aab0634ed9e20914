import { type AssignmentSaid, engagementsOf, type Said, transferStateOn, transfersOf } from "./engagement-list";

const assignment = (more: Partial<AssignmentSaid>): AssignmentSaid => ({
  id: "a",
  org: "ZQB",
  kind: "SUBSTANTIVE",
  from: null,
  to: null,
  starts: "2026-01-01",
  ends: null,
  projected: null,
  offer: "zqb-esr|1",
  ...more,
});
const said = (more: Partial<Said>): Said => ({ assignments: [], terminations: {}, placements: [], engagements: [], ...more });
const lines = (more: Partial<Said>) =>
  engagementsOf(said(more)).map(({ organisation, kind, startsOn, endsBefore, master }) =>
    [organisation, kind, startsOn, endsBefore ?? "open", master].join(" "),
  );

describe("who wins where they disagree", () => {
  it("takes HR's word for the kind, for the days it names, and ESR's for all others", () => {
    const stated = { id: "s", org: "ZQB", kind: "LOCALLY_EMPLOYED", starts: "2026-03-01", ends: "2026-06-01", reason: "local terms" };
    expect(lines({ assignments: [assignment({ ends: "2026-12-31" })], engagements: [stated] })).toEqual([
      "ZQB SUBSTANTIVE 2026-01-01 2026-03-01 ESR",
      "ZQB SUBSTANTIVE 2026-06-01 2027-01-01 ESR",
      "ZQB LOCALLY_EMPLOYED 2026-03-01 2026-06-01 HR",
    ]);
  });

  it("lets HR's word never reach beyond a day of ESR's, nor open an organisation that ESR does not know the person at", () => {
    const stated = { id: "s", org: "ZQB", kind: "LOCALLY_EMPLOYED", starts: "2020-01-01", ends: null, reason: null };
    expect(lines({ assignments: [assignment({ ends: "2026-12-31" })], engagements: [stated] })).toEqual([
      "ZQB LOCALLY_EMPLOYED 2026-01-01 2027-01-01 HR",
    ]);
    expect(lines({ assignments: [assignment({ org: "ZQA" })], engagements: [stated] })).toEqual(["ZQA SUBSTANTIVE 2026-01-01 open ESR"]);
  });

  it("keeps ESR's termination as the end, whatever HR has said", () => {
    const stated = { id: "s", org: "ZQB", kind: "LOCALLY_EMPLOYED", starts: "2026-01-01", ends: null, reason: null };
    expect(lines({ assignments: [assignment({})], terminations: { ZQB: "2026-05-31" }, engagements: [stated] })).toEqual([
      "ZQB LOCALLY_EMPLOYED 2026-01-01 2026-06-01 HR",
    ]);
  });

  it("does not keep an offer open for ever of which nobody says when it starts or ends", () => {
    const offer = assignment({ kind: "PRE_HIRE", from: "2026-10-01", starts: null });
    expect(lines({ assignments: [offer] })).toEqual(["ZQB PRE_HIRE 2026-10-01 2027-10-01 ESR"]);
  });

  it("leaves an offer and work for the bank as ESR tells them", () => {
    const stated = { id: "s", org: "ZQB", kind: "HONORARY", starts: "2020-01-01", ends: "2030-01-01", reason: null };
    const bank = assignment({ kind: "BANK" });
    const offer = assignment({ kind: "PRE_HIRE", from: "2026-10-01", starts: null, projected: "2026-12-02" });
    expect(lines({ assignments: [bank, offer], engagements: [stated] })).toEqual([
      "ZQB BANK 2026-01-01 open ESR",
      "ZQB PRE_HIRE 2026-12-02 2026-12-02 ESR",
    ]);
  });

  it("takes the feed's days for a host, not the year that the host has entered in ESR", () => {
    const lead = assignment({ org: "ZQA", kind: "LEAD_EMPLOYER", starts: "2025-08-06" });
    const entry = assignment({ kind: "HONORARY", starts: "2026-08-05", ends: "2027-08-03" });
    const fed = { id: "p", host: "ZQB", employer: "ZQA", starts: "2026-12-02", ends: "2027-04-06" };
    expect(lines({ assignments: [lead, entry], placements: [fed] })).toEqual([
      "ZQA LEAD_EMPLOYER 2025-08-06 open ESR",
      "ZQB HOST_PLACEMENT 2026-12-02 2027-04-07 FEED",
    ]);
    // Another host's entry, and one for other days, stay.
    const before = assignment({ kind: "HONORARY", starts: "2026-01-01", ends: "2026-06-30" });
    const elsewhere = assignment({ org: "ZQC", kind: "HONORARY", starts: "2026-12-02", ends: "2027-04-06" });
    expect(lines({ assignments: [lead, before, elsewhere], placements: [fed] })).toContain("ZQB HONORARY 2026-01-01 2026-07-01 ESR");
    expect(lines({ assignments: [lead, before, elsewhere], placements: [fed] })).toContain("ZQC HONORARY 2026-12-02 2027-04-07 ESR");
  });

  it("lets a placement of somebody who has only accepted an offer count once HR has accepted it, and for no longer than the offer is awaited", () => {
    const offer = assignment({ org: "ZQA", kind: "PRE_HIRE", from: "2026-10-01", starts: null, projected: "2026-12-02" });
    const fed = { id: "p", host: "ZQB", employer: "ZQA", starts: "2026-12-02", ends: "2027-04-06" };
    const hosts = (more: object, ...assignments: AssignmentSaid[]) =>
      lines({ assignments, placements: [{ ...fed, ...more }] }).filter((line) => line.startsWith("ZQB"));
    expect(hosts({}, offer)).toEqual([]);
    expect(hosts({ accepted: true }, offer)).toEqual(["ZQB HOST_PLACEMENT 2026-12-02 2027-01-01 FEED"]);
    expect(hosts({ accepted: true, ends: "2026-12-20" }, offer)).toEqual(["ZQB HOST_PLACEMENT 2026-12-02 2026-12-21 FEED"]);
    // Without an end, to itself, of an offer elsewhere, one that ESR has ended, that nobody foresees, or that begins too late: none.
    expect(hosts({ accepted: true, ends: null }, offer)).toEqual([]);
    expect(hosts({ accepted: true, host: "ZQA" }, offer)).toEqual([]);
    expect(hosts({ accepted: true }, { ...offer, org: "ZQC" })).toEqual([]);
    expect(hosts({ accepted: true }, { ...offer, ends: "2026-11-20" })).toEqual([]);
    expect(hosts({ accepted: true }, { ...offer, projected: null })).toEqual([]);
    expect(hosts({ accepted: true }, { ...offer, projected: "2027-05-01" })).toEqual([]);
    // The employment has begun: the feed's own days.
    const begun = assignment({ org: "ZQA", kind: "LEAD_EMPLOYER", starts: "2026-12-02" });
    expect(hosts({ accepted: true }, offer, begun)).toEqual(["ZQB HOST_PLACEMENT 2026-12-02 2027-04-07 FEED"]);
  });

  it("stores a typed last day as the day after it, also over the year's end and on 29 February", () => {
    expect(lines({ assignments: [assignment({ ends: "2026-12-31" })] })).toEqual(["ZQB SUBSTANTIVE 2026-01-01 2027-01-01 ESR"]);
    expect(lines({ assignments: [assignment({ ends: "2028-02-28" })] })).toEqual(["ZQB SUBSTANTIVE 2026-01-01 2028-02-29 ESR"]);
  });
});

describe("a transfer", () => {
  const employed = assignment({ org: "ZQC", starts: "2025-04-01", ends: "2026-12-01" });
  const offer = assignment({ kind: "PRE_HIRE", from: "2026-11-08", starts: null, projected: "2026-12-02" });
  const transfer = (more: Partial<Said> = {}, answers: Parameters<typeof transfersOf>[1] = []) =>
    transfersOf(engagementsOf(said({ assignments: [employed, offer], ...more })), answers)[0];

  it("is there where somebody is employed elsewhere and has accepted an offer; nobody answered, nobody's Yes", () => {
    expect(transfer()).toMatchObject({
      organisation: "ZQB",
      from: ["ZQC"],
      acceptedOn: "2026-11-08",
      answer: "NONE",
      endsBefore: "2027-01-01",
    });
    expect(transfer({ assignments: [offer] })).toBeUndefined();
    expect(transfer({ assignments: [{ ...employed, ends: "2026-10-31" }, offer] })).toBeUndefined();
  });

  it("belongs to its offer: an answer to another one says nothing, and of two answers the No wins", () => {
    expect(transfer({}, [{ org: "ZQB", offer: "zqb-esr|0", answer: "YES" }])?.answer).toBe("NONE");
    expect(transfer({}, [{ org: "ZQC", offer: "zqb-esr|1", answer: "YES" }])?.answer).toBe("NONE");
    expect(transfer({}, [{ org: "ZQB", offer: "zqb-esr|1", answer: "YES" }])?.answer).toBe("YES");
    const second = { ...offer, id: "b", offer: "zqb-esr|2" };
    const both = transfer({ assignments: [employed, offer, second] }, [
      { org: "ZQB", offer: "zqb-esr|1", answer: "YES" },
      { org: "ZQB", offer: "zqb-esr|2", answer: "NO" },
    ]);
    expect(both).toMatchObject({ answer: "NO", offers: ["zqb-esr|1", "zqb-esr|2"] });
  });

  it.each([
    ["OPEN until it is done", {}, "YES", "2026-12-01", "OPEN"],
    ["DECLINED by a No", {}, "NO", "2026-12-01", "DECLINED"],
    ["still OPEN on the last day that a late start is awaited", {}, "YES", "2026-12-31", "OPEN"],
    ["EXPIRED when nobody has started", {}, "YES", "2027-01-01", "EXPIRED"],
    [
      "CANCELLED when ESR ends the offer before the start",
      { assignments: [employed, { ...offer, to: "2026-11-15" }] },
      "YES",
      "2026-11-16",
      "CANCELLED",
    ],
    ["OPEN on the last day of that offer", { assignments: [employed, { ...offer, to: "2026-11-15" }] }, "YES", "2026-11-15", "OPEN"],
    [
      "OPEN for two weeks after the start",
      { assignments: [employed, offer, assignment({ starts: "2026-12-02" })] },
      "YES",
      "2026-12-15",
      "OPEN",
    ],
    ["DONE after them", { assignments: [employed, offer, assignment({ starts: "2026-12-02" })] }, "YES", "2026-12-16", "DONE"],
    [
      "DECLINED for good, also after the start",
      { assignments: [employed, offer, assignment({ starts: "2026-12-02" })] },
      "NO",
      "2027-02-01",
      "DECLINED",
    ],
  ] as const)("is %s", (_, more, answer, on, state) => {
    const it = transfer(more as Partial<Said>, [{ org: "ZQB", offer: "zqb-esr|1", answer }]);
    expect(transferStateOn(it!, on)).toBe(state);
  });
});
