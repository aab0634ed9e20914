import type { PersonToMatch } from "../store/store";
import { aPerson, type PersonParts, vpdOfTest } from "../test/builders/person-to-match";
import { decideMatches, type MatchDecisions } from "./match";

const decide = (
  people: PersonToMatch[],
  candidates: PersonToMatch[],
  forbidden: { sourcePersonId: string; staffMemberId: string }[] = [],
) => decideMatches({ people, candidates, forbidden, vpdOf: vpdOfTest });
/** What became of one person, in a word, and of whom. */
function fateOf(decisions: MatchDecisions, id: string): string {
  const words: string[] = [];
  for (const one of decisions.bindings)
    if (one.sourcePersonId === id) words.push(one.decision === "CREATED" ? "created" : `bound ${one.staffMemberId}`);
  for (const one of decisions.proposals) if (one.sourcePersonId === id) words.push(`proposed ${one.staffMemberId}`);
  if (decisions.conflicts.some((one) => one.sourcePersonId === id)) words.push("conflict");
  if (decisions.unmatched.includes(id)) words.push("unmatched");
  if (decisions.unchanged.includes(id)) words.push("unchanged");
  if (decisions.later.includes(id)) words.push("later");
  return words.join(", ");
}
const esr = (parts: PersonParts) => aPerson({ system: "esr", ...parts });
const rulesOf = (decisions: MatchDecisions) =>
  [...decisions.bindings, ...decisions.proposals, ...decisions.conflicts].flatMap((one) => one.reasons.map((reason) => reason.rule));

const amara = esr({
  id: "e1",
  staff: "amara",
  given: "Amara",
  family: "Osei",
  born: "1996-05-17",
  ids: {
    ESR_EMPLOYEE_NUMBER: "30679710",
    ESR_PERSON_ID: "70000034",
    NI_NUMBER: "AB012201B",
    GMC: "7654320",
    EMAIL: "amara.osei@example.net",
  },
});
const iqbal1 = esr({
  id: "e2",
  staff: "iqbal-1",
  given: "Mohammed",
  family: "Iqbal",
  born: "1985-03-12",
  ids: { ESR_EMPLOYEE_NUMBER: "30679801", NI_NUMBER: "KY825461C", EMAIL: "m.iqbal1@example.net" },
});
const iqbal2 = esr({
  id: "e3",
  staff: "iqbal-2",
  given: "Mohammed",
  family: "Iqbal",
  born: "1985-03-12",
  ids: { ESR_EMPLOYEE_NUMBER: "30679802", NI_NUMBER: "JG103759A", EMAIL: "m.iqbal2@example.net" },
});
const sian = esr({
  id: "e4",
  staff: "sian",
  given: "Siân",
  family: "O'Donnell-Pryce",
  born: "1988-04-09",
  ids: { ESR_EMPLOYEE_NUMBER: "30679990" },
});
const tomasz = esr({
  id: "e5",
  staff: "tomasz",
  organisation: "ZQC",
  given: "Tomasz",
  family: "Zielinski",
  born: "1987-11-02",
  ids: { ESR_EMPLOYEE_NUMBER: "40112233", NI_NUMBER: "CE204060A" },
});
const known = [amara, iqbal1, iqbal2, sian, tomasz];

describe("strong identifiers", () => {
  test("an employee number with a name that agrees binds", () => {
    expect(
      fateOf(decide([aPerson({ id: "m", given: "Amara", family: "Osei", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } })], known), "m"),
    ).toBe("bound amara");
  });
  test.each(["30679710-2", "030679710", " 30679710 "])("written as %s it is the same number", (value) => {
    expect(fateOf(decide([aPerson({ id: "m", given: "Amara", family: "Osei", ids: { ESR_ASSIGNMENT_NUMBER: value } })], known), "m")).toBe(
      "bound amara",
    );
  });
  test("a number without any name to compare binds when it is long enough to be no accident", () => {
    expect(fateOf(decide([aPerson({ id: "m", ids: { ESR_PERSON_ID: "70000034" } })], known), "m")).toBe("bound amara");
    const short = esr({ id: "e9", staff: "short", given: "Lena", family: "Fischer", ids: { ESR_EMPLOYEE_NUMBER: "407" } });
    expect(fateOf(decide([aPerson({ id: "m", ids: { ESR_EMPLOYEE_NUMBER: "407" } })], [short]), "m")).not.toBe("bound short");
  });
  test("a number at another employer means nothing", () => {
    expect(fateOf(decide([aPerson({ id: "m", organisation: "ZQB", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } })], known), "m")).toBe(
      "unmatched",
    );
  });
  test("a number whose name and birth date both speak of somebody else is a conflict (V17)", () => {
    const decisions = decide(
      [aPerson({ id: "m", given: "Grace", family: "Ferreira", born: "1971-01-30", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } })],
      known,
    );
    expect(fateOf(decisions, "m")).toBe("conflict");
  });
  test("a number used by two staff members is a conflict", () => {
    const again = esr({
      id: "e9",
      staff: "other",
      given: "Amara",
      family: "Osei",
      born: "1961-02-03",
      ids: { ESR_EMPLOYEE_NUMBER: "30679710" },
    });
    expect(
      fateOf(decide([aPerson({ id: "m", given: "Amara", family: "Osei", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } })], [amara, again]), "m"),
    ).toBe("conflict");
  });
  test("a number of one person and the NI number of another is a conflict", () => {
    const claim = aPerson({
      id: "m",
      system: "oh",
      given: "Mohammed",
      family: "Iqbal",
      born: "1985-03-12",
      ids: { ESR_EMPLOYEE_NUMBER: "30679801", NI_NUMBER: "JG103759A" },
    });
    expect(fateOf(decide([claim], known), "m")).toBe("conflict");
  });
  test("a number that points to a person of another name and birth date does not stand against NI number, names and birth date", () => {
    const claim = aPerson({
      id: "m",
      system: "oh",
      given: "Amara",
      family: "Osei",
      born: "1996-05-17",
      ids: { ESR_EMPLOYEE_NUMBER: "30679990", NI_NUMBER: "AB012201B" },
    });
    expect(fateOf(decide([claim], known), "m")).toBe("bound amara");
    expect(fateOf(decide([{ ...claim, staffMemberId: "amara" }], known), "m")).toBe("unchanged");
  });
  test("NI number, birth date and family name are ESR's own rule", () => {
    const claim = (parts: Partial<PersonParts>) =>
      aPerson({ id: "m", system: "oh", given: "Amara", family: "Osei", born: "1996-05-17", ids: { NI_NUMBER: "ab 01 22 01 b" }, ...parts });
    expect(fateOf(decide([claim({})], known), "m")).toBe("bound amara");
    const married = decide([claim({ family: "Mensah" })], known);
    expect(fateOf(married, "m")).toBe("proposed amara");
    expect(married.proposals[0]!.outcome).toBe("NI_NOT_NAME");
    expect(fateOf(decide([claim({ born: "1996-06-18" })], known), "m")).toBe("proposed amara");
  });
  test("a junk NI number ties nobody, though both carry it", () => {
    const junk = esr({ id: "e9", staff: "junk", given: "Owen", family: "Tate", born: "1980-08-08", ids: { NI_NUMBER: "QQ123456A" } });
    const decisions = decide(
      [aPerson({ id: "m", system: "oh", given: "Owen", family: "Tate", born: "1980-08-08", ids: { NI_NUMBER: "QQ123456A" } })],
      [junk],
    );
    expect(fateOf(decisions, "m")).toBe("proposed junk");
    expect(rulesOf(decisions)).not.toContain("ni number agrees");
  });
  test("an NI number that two staff members carry is reported as a duplicate", () => {
    const twice = esr({
      id: "e9",
      staff: "other",
      given: "Ama",
      family: "Osei",
      born: "1996-05-17",
      organisation: "ZQB",
      ids: { NI_NUMBER: "AB012201B" },
    });
    expect(
      fateOf(
        decide(
          [aPerson({ id: "m", system: "oh", given: "Amara", family: "Osei", born: "1996-05-17", ids: { NI_NUMBER: "AB012201B" } })],
          [amara, twice],
        ),
        "m",
      ),
    ).toBe("conflict");
  });
  test("a registration binds with a birth date or a name, however it is written", () => {
    expect(fateOf(decide([aPerson({ id: "m", organisation: "ZQB", born: "1996-05-17", ids: { GMC: "C7654320" } })], known), "m")).toBe(
      "bound amara",
    );
    expect(
      fateOf(decide([aPerson({ id: "m", organisation: "ZQB", given: "Amara", family: "Osei", ids: { GMC: "7654320" } })], known), "m"),
    ).toBe("bound amara");
    expect(
      fateOf(decide([aPerson({ id: "m", organisation: "ZQB", given: "Kwame", family: "Boateng", ids: { GMC: "7654320" } })], known), "m"),
    ).toBe("conflict");
  });
  test("an NI number that contradicts the number asks a person", () => {
    const claim = aPerson({
      id: "m",
      system: "oh",
      given: "Amara",
      family: "Osei",
      born: "1996-05-17",
      ids: { ESR_EMPLOYEE_NUMBER: "30679710", NI_NUMBER: "TL445566B" },
    });
    expect(fateOf(decide([claim], known), "m")).toBe("proposed amara");
  });
});

describe("the cast and its traps", () => {
  test("Mohammed Iqbal known by name and birthday only waits for a person, with both of them proposed", () => {
    const decisions = decide([aPerson({ id: "m", given: "Mohammed", family: "Iqbal", born: "1985-03-12" })], known);
    expect(decisions.proposals.map((one) => one.staffMemberId).sort()).toEqual(["iqbal-1", "iqbal-2"]);
    expect(decisions.bindings).toEqual([]);
  });
  test("he waits even when ESR knows only one of them", () => {
    expect(fateOf(decide([aPerson({ id: "m", given: "Mohammed", family: "Iqbal", born: "1985-03-12" })], [iqbal1]), "m")).toBe(
      "proposed iqbal-1",
    );
  });
  test("a mailbox is too little to tell the two apart; a number is enough", () => {
    const claim = (ids: PersonParts["ids"]) => aPerson({ id: "m", given: "Muhammad", family: "Iqbal", born: "1985-03-12", ids });
    expect(decide([claim({ EMAIL: "m.iqbal1@example.net" })], known).bindings).toEqual([]);
    expect(fateOf(decide([claim({ ESR_EMPLOYEE_NUMBER: "30679801" })], known), "m")).toBe("bound iqbal-1");
    expect(fateOf(decide([claim({ ESR_EMPLOYEE_NUMBER: "30679801", EMAIL: "m.iqbal2@example.net" })], known), "m")).toBe("conflict");
  });
  test("both accounts of one nurse bind by number and name, the second says so", () => {
    const one = aPerson({ id: "m1", given: "Sian", family: "ODonnell Pryce", ids: { ESR_EMPLOYEE_NUMBER: "30679990" } });
    const two = aPerson({ id: "m2", given: "Siân", family: "O’Donnell-Pryce", ids: { ESR_EMPLOYEE_NUMBER: "30679990-2" } });
    const decisions = decide([two, one], known);
    expect(fateOf(decisions, "m1")).toBe("bound sian");
    expect(fateOf(decisions, "m2")).toBe("bound sian");
    expect(decisions.bindings.find((each) => each.sourcePersonId === "m2")!.reasons[0]!.rule).toMatch(/second account/);
    const bound = { ...one, staffMemberId: "sian" };
    expect(decide([two], [...known, bound]).bindings[0]!.reasons[0]!.rule).toMatch(/second account/);
  });
  test("a second account with a birth date but another name waits", () => {
    const bound = aPerson({ id: "m1", staff: "sian", given: "Siân", family: "O'Donnell-Pryce", ids: { ESR_EMPLOYEE_NUMBER: "30679990" } });
    const two = aPerson({ id: "m2", given: "Bethan", family: "Vaughan", born: "1988-04-09", ids: { ESR_EMPLOYEE_NUMBER: "30679990" } });
    expect(fateOf(decide([two], [...known, bound]), "m2")).toBe("proposed sian");
  });
  test("Zieliński is Zielinski", () => {
    expect(
      fateOf(
        decide(
          [aPerson({ id: "m", organisation: "ZQC", given: "Tomasz", family: "Zieliński", ids: { ESR_EMPLOYEE_NUMBER: "40112233" } })],
          known,
        ),
        "m",
      ),
    ).toBe("bound tomasz");
  });
  test("swapped names are seen through", () => {
    const decisions = decide(
      [aPerson({ id: "m", given: "Osei", family: "Amara", born: "1996-05-17", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } })],
      known,
    );
    expect(fateOf(decisions, "m")).toBe("bound amara");
    expect(rulesOf(decisions)).toContain("given and family name are swapped");
  });
  test("Owen Tate, whom ESR does not know, stays unmatched", () => {
    expect(
      fateOf(
        decide([aPerson({ id: "m", given: "Owen", family: "Tate", born: "1990-10-10", ids: { EMAIL: "owen@example.net" } })], known),
        "m",
      ),
    ).toBe("unmatched");
  });
});

describe("the score", () => {
  test("names, birth date and the person's own mailbox link", () => {
    const decisions = decide(
      [aPerson({ id: "m", given: "Amara", family: "Osei", born: "1996-05-17", ids: { EMAIL: "Amara.Osei@example.net" } })],
      known,
    );
    expect(fateOf(decisions, "m")).toBe("bound amara");
    expect(decisions.bindings[0]).toMatchObject({ decision: "AUTOMATIC", outcome: "NAME_NOT_NI", decidedBy: "matching" });
    expect(decisions.bindings[0]!.score).toBeGreaterThan(28);
  });
  test("a mailbox that two staff members have is nobody's", () => {
    const sharing = esr({
      id: "e9",
      staff: "other",
      given: "Grace",
      family: "Ferreira",
      born: "1971-01-30",
      ids: { EMAIL: "amara.osei@example.net" },
    });
    expect(
      fateOf(
        decide(
          [aPerson({ id: "m", given: "Amara", family: "Osei", born: "1996-05-17", ids: { EMAIL: "amara.osei@example.net" } })],
          [...known, sharing],
        ),
        "m",
      ),
    ).toBe("proposed amara");
  });
  test("twins with one mailbox wait", () => {
    const [anna, amy] = ["Anna", "Amy"].map((given, at) =>
      esr({ id: `t${at}`, staff: given, given, family: "Fairclough", born: "1990-09-09", ids: { EMAIL: "fairclough@example.net" } }),
    ) as [PersonToMatch, PersonToMatch];
    expect(
      decide(
        [aPerson({ id: "m", given: "A", family: "Fairclough", born: "1990-09-09", ids: { EMAIL: "fairclough@example.net" } })],
        [anna, amy],
      ).bindings,
    ).toEqual([]);
    expect(
      decide(
        [aPerson({ id: "m", given: "Amy", family: "Fairclough", born: "1990-09-09", ids: { EMAIL: "fairclough@example.net" } })],
        [anna],
      ).bindings,
    ).toEqual([]);
  });
  test("somebody known only through another system is proposed, never linked", () => {
    const fromOh = aPerson({
      id: "o",
      system: "oh",
      staff: "lena",
      given: "Lena",
      family: "Fischer",
      born: "1984-06-06",
      ids: { EMAIL: "lena@example.net" },
    });
    expect(
      fateOf(
        decide([aPerson({ id: "m", given: "Lena", family: "Fischer", born: "1984-06-06", ids: { EMAIL: "lena@example.net" } })], [fromOh]),
        "m",
      ),
    ).toBe("proposed lena");
  });
});

describe("people already bound", () => {
  const bound = (parts: Partial<PersonParts>) =>
    aPerson({ id: "m", staff: "amara", given: "Amara", family: "Osei", ids: { ESR_EMPLOYEE_NUMBER: "30679710" }, ...parts });
  test("stay when nothing contradicts", () => {
    expect(fateOf(decide([bound({})], known), "m")).toBe("unchanged");
    expect(fateOf(decide([bound({ family: "Mensah" })], known), "m")).toBe("unchanged");
  });
  test("stay where the same claim would be bound today: NI number, birth date and family name beside an old number", () => {
    const claim = { given: "Ama-Serwaa", born: "1996-05-17", ids: { ESR_EMPLOYEE_NUMBER: "55512345", NI_NUMBER: "AB012201B" } };
    expect(fateOf(decide([bound({ ...claim, staff: undefined })], known), "m")).toBe("bound amara");
    expect(fateOf(decide([bound(claim)], known), "m")).toBe("unchanged");
  });
  test.each<[string, Partial<PersonParts>]>([
    ["an account given to somebody else", { given: "Grace", family: "Ferreira" }],
    ["a number that is now somebody else's", { ids: { ESR_EMPLOYEE_NUMBER: "30679801" } }],
    ["another NI number", { ids: { ESR_EMPLOYEE_NUMBER: "30679710", NI_NUMBER: "TL445566B" } }],
    ["another birth date and family name", { family: "Tate", born: "1961-12-24" }],
  ])("are a conflict, never moved: %s (V17)", (_, change) => expect(fateOf(decide([bound(change)], known), "m")).toBe("conflict"));
});

test("a forbidden link is never made or proposed again", () => {
  const claim = aPerson({ id: "m", given: "Amara", family: "Osei", born: "1996-05-17", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } });
  expect(fateOf(decide([claim], known, [{ sourcePersonId: "m", staffMemberId: "amara" }]), "m")).toBe("unmatched");
});

test("reasons and decisions hold no value of anybody", () => {
  const decisions = decide(
    [
      aPerson({
        id: "m",
        given: "Amara",
        family: "Osei",
        born: "1996-05-17",
        ids: { ESR_EMPLOYEE_NUMBER: "30679710", NI_NUMBER: "AB012201B", EMAIL: "amara.osei@example.net" },
      }),
    ],
    known,
  );
  expect(JSON.stringify(decisions.bindings[0]!.reasons)).not.toMatch(/osei|1996|30679710|ab012201b|example\.net/i);
});
