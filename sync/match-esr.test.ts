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

describe("people of ESR", () => {
  const unbound = (parts: PersonParts) => esr(parts);
  test("become staff members, also two of one name and birthday", () => {
    const decisions = decide(
      [
        { ...iqbal1, staffMemberId: undefined },
        { ...iqbal2, staffMemberId: undefined },
      ],
      [],
    );
    expect(fateOf(decisions, "e2")).toBe("created");
    expect(fateOf(decisions, "e3")).toBe("created");
  });
  test("are the same at another employer by NI number, birth date and family name (V18)", () => {
    const moved = unbound({
      id: "e9",
      organisation: "ZQB",
      given: "Tomasz",
      family: "Zieliński",
      born: "1987-11-02",
      ids: { ESR_EMPLOYEE_NUMBER: "50998877", NI_NUMBER: "CE 20 40 60 A" },
    });
    expect(fateOf(decide([moved], known), "e9")).toBe("bound tomasz");
  });
  test("are created and proposed when only names and birth date agree", () => {
    const perhaps = unbound({
      id: "e9",
      organisation: "ZQB",
      given: "Siân",
      family: "O'Donnell-Pryce",
      born: "1988-04-09",
      ids: { ESR_EMPLOYEE_NUMBER: "50998877" },
    });
    expect(fateOf(decide([perhaps], known), "e9")).toBe("created, proposed sian");
  });
  test("are created, and told apart, when the NI number is held under another name", () => {
    const decisions = decide(
      [unbound({ id: "e9", organisation: "ZQB", given: "Grace", family: "Ferreira", born: "1971-01-30", ids: { NI_NUMBER: "AB012201B" } })],
      known,
    );
    expect(fateOf(decisions, "e9")).toMatch(/^created/);
    expect(decisions.bindings[0]!.outcome).toBe("NI_NOT_NAME");
  });
  test("of one VPD are never merged automatically: a re-hire under a new id is proposed", () => {
    const rehired = unbound({
      id: "e9",
      given: "Amara",
      family: "Osei",
      born: "1996-05-17",
      ids: { ESR_EMPLOYEE_NUMBER: "30679710", ESR_PERSON_ID: "70009999", NI_NUMBER: "AB012201B" },
    });
    expect(fateOf(decide([rehired], known), "e9")).toBe("created, proposed amara");
  });
  test("that may be one and arrive in one batch are decided one after the other, by id", () => {
    const first = unbound({
      id: "a1",
      given: "Tomasz",
      family: "Zielinski",
      born: "1987-11-02",
      organisation: "ZQC",
      ids: { NI_NUMBER: "CE204060A" },
    });
    const second = unbound({
      id: "a2",
      given: "Tomasz",
      family: "Zielinski",
      born: "1987-11-02",
      organisation: "ZQB",
      ids: { NI_NUMBER: "CE204060A" },
    });
    const decisions = decide([second, first], []);
    expect(fateOf(decisions, "a1")).toBe("created");
    expect(fateOf(decisions, "a2")).toBe("later");
  });
  test("bound already, stay through a change of name, and conflict when the id has become somebody else (V17)", () => {
    const account = aPerson({
      id: "m",
      staff: "amara",
      given: "Amara",
      family: "Osei",
      born: "1996-05-17",
      ids: { NI_NUMBER: "AB012201B" },
    });
    expect(fateOf(decide([{ ...amara, familyName: "Mensah" }], [account]), "e1")).toBe("unchanged");
    const reused = esr({
      id: "e1",
      staff: "amara",
      given: "Grace",
      family: "Ferreira",
      born: "1971-01-30",
      ids: { ESR_EMPLOYEE_NUMBER: "30679710", NI_NUMBER: "TL445566B" },
    });
    // Keys accumulate: what the person was found by before still finds the account.
    expect(fateOf(decide([{ ...reused, matchKeys: [...reused.matchKeys, ...amara.matchKeys] }], [account]), "e1")).toBe("conflict");
  });
  test("only they create: nobody else ever does", () => {
    for (const system of ["lms", "oh", "recruitment"] as const) {
      const decisions = decide([aPerson({ id: "m", system, given: "Owen", family: "Tate", born: "1990-10-10" })], []);
      expect(decisions.unmatched).toEqual(["m"]);
    }
  });
});
