import type { Claim, Identifier, SystemKind } from "../connectors/connector";
import {
  birthDateAsWritten,
  Chance,
  dayOfBirth,
  familyAsWritten,
  givenAsWritten,
  mistypedNumber,
  niAsWritten,
  numberAsWritten,
} from "./match-errors";
import { type NameGroup, nameGroups } from "./match-names";

/** What one source says about one human being; `human` is the truth that matching never sees. */
export interface GeneratedClaim {
  readonly human: number;
  readonly organisation: "ZQA" | "ZQB";
  readonly system: SystemKind;
  readonly connectionId: string;
  readonly claim: Claim;
  /** See `enoughEvidence` below; false for the first ESR person of a human, who is created and not linked. */
  readonly enough: boolean;
}
export const vpds: Readonly<Record<string, string>> = { ZQA: "991", ZQB: "992" };
export type Organisation = "ZQA" | "ZQB";

interface Human {
  readonly id: number;
  readonly female: boolean;
  readonly group: NameGroup;
  given: string;
  readonly middle: string | undefined;
  family: string;
  /** Family name before a marriage, and whether ESR was told. */
  former: string | undefined;
  esrKnowsMarriage: boolean;
  birthDate: string;
  readonly ni: string;
  readonly registration: Identifier | undefined;
  email: string;
  emailInEsr: boolean;
  /** Employee number by employer; nobody whom ESR does not know has one. */
  readonly numbers: Map<Organisation, string>;
  readonly inEsr: boolean;
  rehired: boolean;
  niInEsr: boolean;
  /** Humans of the same birthday and family name (twins) or of the same name and birthday. */
  readonly doubles: Human[];
}

/** Shares of the errors are assumed: worse than a good trust, better than the worst. */
export function generatePopulation(seed: number, size: number): GeneratedClaim[] {
  const chance = new Chance(seed * 7919 + 17);
  const humans: Human[] = [];
  const counters = { ZQA: 10_200_000 + chance.below(50_000), ZQB: 20_400_000 + chance.below(50_000) };
  const mailboxes = new Map<string, number>();
  const nis = new Set<string>();
  const make = (like?: Human, twin?: boolean): Human => {
    const group = like?.group ?? pickGroup(chance);
    const female = twin || !like ? chance.is(0.75) : like.female;
    const given = like && !twin ? like.given : chance.skewed(female ? group.female : group.male);
    const family = like?.family ?? makeFamily(group, chance);
    const inEsr = chance.is(0.96);
    const numbers = new Map<Organisation, string>();
    if (inEsr) {
      const lead = like ? ([...like.numbers.keys()][0] ?? "ZQA") : chance.of(["ZQA", "ZQB"] as const);
      const give = (organisation: Organisation) => {
        counters[organisation] += chance.is(0.9) ? 1 : 1 + chance.below(30);
        numbers.set(organisation, String(counters[organisation]));
      };
      give(lead);
      if (chance.is(0.08)) give(lead === "ZQA" ? "ZQB" : "ZQA");
    }
    const box = `${given}.${family}`
      .normalize("NFKD")
      .replace(/[^A-Za-z.]/g, "")
      .toLowerCase();
    const count = (mailboxes.get(box) ?? 0) + 1;
    mailboxes.set(box, count);
    const human: Human = {
      id: humans.length,
      female,
      group,
      given,
      family,
      middle: chance.is(0.4) ? chance.skewed(female ? group.female : group.male) : undefined,
      former: female && chance.is(0.2) ? makeFamily(group, chance) : undefined,
      esrKnowsMarriage: chance.is(0.85),
      birthDate: like?.birthDate ?? dayOfBirth(chance),
      ni: makeNi(chance, nis),
      registration: makeRegistration(chance),
      email: `${box}${count > 1 ? count : ""}@example.net`,
      emailInEsr: chance.is(0.75),
      numbers,
      inEsr,
      rehired: inEsr && chance.is(0.01),
      niInEsr: chance.is(0.985),
      doubles: [],
    };
    if (twin && human.given === like?.given) human.given = `${human.given}e`;
    humans.push(human);
    return human;
  };
  while (humans.length < size) {
    const human = make();
    if (chance.is(0.012)) {
      const double = make(human, chance.is(0.5));
      human.doubles.push(double);
      double.doubles.push(human);
    }
  }
  return new Claims(humans, chance).all();
}

class Claims {
  private readonly claims: GeneratedClaim[] = [];
  private readonly numbersOf: Readonly<Record<Organisation, readonly string[]>>;
  private key = 0;

  constructor(
    private readonly humans: readonly Human[],
    private readonly chance: Chance,
  ) {
    const all = (organisation: Organisation) => humans.flatMap((human) => human.numbers.get(organisation) ?? []);
    this.numbersOf = { ZQA: all("ZQA"), ZQB: all("ZQB") };
  }

  all(): GeneratedClaim[] {
    for (const human of this.humans) this.esr(human);
    for (const human of this.humans) {
      const employers: Organisation[] = human.numbers.size > 0 ? [...human.numbers.keys()] : [this.chance.of(["ZQA", "ZQB"] as const)];
      for (const organisation of employers) {
        if (this.chance.is(0.95)) this.lms(human, organisation);
        if (this.chance.is(0.02)) this.lms(human, organisation);
        if (this.chance.is(0.8)) this.oh(human, organisation);
      }
    }
    return this.claims;
  }

  private push(human: Human, organisation: Organisation, system: SystemKind, claim: Omit<Claim, "personKey">, enough: boolean): void {
    this.key += 1;
    this.claims.push({
      human: human.id,
      organisation,
      system,
      connectionId: `${organisation.toLowerCase()}-${system}`,
      claim: { personKey: `p${this.key}`, ...claim },
      enough,
    });
  }

  private esr(human: Human): void {
    const { chance } = this;
    let first = true;
    for (const [organisation, number] of human.numbers) {
      for (let person = 0; person < (human.rehired ? 2 : 1); person += 1) {
        const written = birthDateAsWritten(human.birthDate, new Chance(human.id * 31 + this.key));
        const birthDate = chance.is(0.9) ? human.birthDate : written.value;
        const identifiers: Identifier[] = [
          { scheme: "ESR_PERSON_ID", value: String(30_000_000 + this.key * 3) },
          { scheme: "ESR_EMPLOYEE_NUMBER", value: number },
        ];
        const niIsRight = human.niInEsr;
        if (niIsRight) identifiers.push({ scheme: "NI_NUMBER", value: human.ni });
        else if (chance.is(0.5)) identifiers.push({ scheme: "NI_NUMBER", value: chance.of(["QQ123456A", "TN010157F", "AB123456C"]) });
        if (human.registration && chance.is(0.9)) identifiers.push(human.registration);
        if (human.emailInEsr) identifiers.push({ scheme: "EMAIL", value: human.email });
        else if (chance.is(0.1)) identifiers.push({ scheme: "EMAIL", value: `hr@${organisation.toLowerCase()}.example.net` });
        const former = human.former !== undefined && human.esrKnowsMarriage ? [human.former] : [];
        const enough = !first && niIsRight && birthDate === human.birthDate && !human.rehired;
        this.push(
          human,
          organisation,
          "esr",
          {
            givenName: human.given,
            familyName: human.family,
            otherGivenNames: human.middle ? [human.middle] : [],
            otherFamilyNames: former,
            birthDate,
            identifiers,
          },
          enough,
        );
        first = false;
      }
    }
  }

  /**
   * A claim has **enough evidence** when its person is in ESR (once at this employer: a re-hire under a second person id
   * waits for a person by rule) and it carries
   * - the right employee number (suffix, zeros and spaces allowed) and a recognisable family name or the right birth date, or
   * - the right NI number, the right birth date and the family name but for accents and punctuation (ESR's own rule), or
   * - the right registration that ESR holds, and the right birth date or both names recognisable, or
   * - the person's own mailbox that ESR holds, the right birth date and both names recognisable, no double existing.
   * Right, but contradicted by another identifier of the same claim, still counts as enough.
   */
  private written(
    human: Human,
    organisation: Organisation,
    system: "lms" | "oh",
    has: Readonly<Record<"number" | "birthDate" | "ni" | "registration" | "email", number>>,
  ): void {
    const { chance } = this;
    const beforeMarriage = human.former !== undefined && chance.is(0.3);
    let family = familyAsWritten(beforeMarriage ? human.former! : human.family, chance);
    if (beforeMarriage && !human.esrKnowsMarriage) family = { ...family, exact: false, recognisable: false };
    let given = givenAsWritten(human.given, human.middle, chance);
    if (chance.is(0.012)) {
      [given, family] = [
        { ...family, exact: false },
        { ...given, exact: false },
      ];
      family = { ...family, recognisable: given.recognisable && family.recognisable };
      given = { ...given, recognisable: family.recognisable };
    }
    const birthDate = chance.is(has.birthDate) ? birthDateAsWritten(human.birthDate, chance) : undefined;
    const identifiers: Identifier[] = [];
    const number = chance.is(has.number) ? this.number(human, organisation) : undefined;
    if (number) identifiers.push({ scheme: "ESR_EMPLOYEE_NUMBER", value: number.value });
    let niRight = false;
    if (chance.is(has.ni)) {
      niRight = !chance.is(0.015);
      const wrong = chance.of([
        mistypedNumber(human.ni.slice(0, 8), chance) + human.ni[8]!,
        "QQ123456A",
        "AB123456C",
        "TBC",
        human.ni.slice(0, 8),
      ]);
      identifiers.push({ scheme: "NI_NUMBER", value: niRight ? niAsWritten(human.ni, chance) : wrong });
    }
    let registrationRight = false;
    if (human.registration && chance.is(has.registration)) {
      registrationRight = !chance.is(0.01);
      const { scheme, value } = human.registration;
      const written = scheme === "GMC" && chance.is(0.3) ? `C${value}` : scheme === "NMC" && chance.is(0.1) ? value.toLowerCase() : value;
      identifiers.push({
        scheme,
        value: registrationRight ? written : chance.of(["TBC", "Retired", "0", mistypedNumber(value.slice(0, 7), chance) + value.slice(7)]),
      });
    }
    let emailRight = false;
    if (chance.is(has.email)) {
      const email = this.email(human);
      emailRight = email === human.email;
      identifiers.push({ scheme: "EMAIL", value: email });
    }
    const dateRight = birthDate?.exact ?? false;
    const names = family.recognisable && given.recognisable;
    const known = human.numbers.has(organisation) && !human.rehired;
    const registrationInEsr = this.registrationsInEsr.has(human.id);
    const enough =
      known &&
      (((number?.right ?? false) && (family.recognisable || dateRight)) ||
        (niRight && human.niInEsr && dateRight && family.exact) ||
        (registrationRight && registrationInEsr && (dateRight || names) && (birthDate === undefined || birthDate.recognisable)) ||
        (emailRight && human.emailInEsr && human.doubles.length === 0 && dateRight && names));
    const omitGiven = chance.is(0.004);
    this.push(
      human,
      organisation,
      system,
      { givenName: omitGiven ? undefined : given.value, familyName: family.value, birthDate: birthDate?.value, identifiers },
      enough && !omitGiven,
    );
  }

  private get registrationsInEsr(): ReadonlySet<number> {
    this.registered ??= new Set(
      this.claims
        .filter((each) => each.system === "esr" && each.claim.identifiers?.some(({ scheme }) => scheme === "GMC" || scheme === "NMC"))
        .map((each) => each.human),
    );
    return this.registered;
  }
  private registered: Set<number> | undefined;

  private lms(human: Human, organisation: Organisation): void {
    this.written(human, organisation, "lms", { number: 0.9, birthDate: 0.2, ni: 0, registration: 0.05, email: 0.85 });
  }
  private oh(human: Human, organisation: Organisation): void {
    this.written(human, organisation, "oh", { number: 0.7, birthDate: 0.97, ni: 0.65, registration: 0.2, email: 0.3 });
  }

  private number(human: Human, organisation: Organisation): { value: string; right: boolean } | undefined {
    const { chance } = this;
    const own = human.numbers.get(organisation);
    const elsewhere = human.numbers.get(organisation === "ZQA" ? "ZQB" : "ZQA");
    const wrong = (value: string) => ({ value, right: false });
    const double = human.doubles.find((each) => each.numbers.has(organisation));
    if (double && chance.is(0.05)) return wrong(double.numbers.get(organisation)!);
    if (own === undefined) {
      if (chance.is(0.03)) return wrong(chance.of(this.numbersOf[organisation]));
      return chance.is(0.3)
        ? wrong(chance.of(["TBC", "0", "99999999", "AGENCY", "12345678", `9${String(chance.below(10_000_000)).padStart(7, "0")}`]))
        : undefined;
    }
    if (chance.is(0.012)) return wrong(mistypedNumber(own, chance));
    if (chance.is(0.006)) return wrong(chance.is(0.5) ? own.slice(1) : own.slice(0, -1));
    if (chance.is(0.003)) return wrong(chance.of(this.numbersOf[organisation]));
    if (chance.is(0.008)) return wrong(chance.of(["0", "TBC", "99999999", "11111111", "Retired", "n/a"]));
    if (elsewhere && chance.is(0.06)) return wrong(elsewhere);
    return { value: numberAsWritten(own, chance), right: true };
  }

  private email(human: Human): string {
    const { chance } = this;
    const double = human.doubles[0];
    if (double && chance.is(0.06)) return double.email;
    if (chance.is(0.01)) return chance.of(this.humans).email;
    if (chance.is(0.02)) return chance.of(["info@example.net", "ward7@example.net", "training@example.net", "hr@zqa.example.net"]);
    return chance.is(0.1) ? human.email.toUpperCase() : human.email;
  }
}

function pickGroup(chance: Chance): NameGroup {
  let at = chance.next();
  for (const group of nameGroups) {
    at -= group.share;
    if (at < 0) return group;
  }
  return nameGroups[0]!;
}

function makeFamily(group: NameGroup, chance: Chance): string {
  const one = () => {
    if (!group.syllables || chance.is(0.5)) return chance.skewed(group.families);
    return group.syllables.map((part) => chance.of(part)).join("");
  };
  return chance.is(0.04) ? `${one()}-${one()}` : one();
}

/** Valid by format. The prefix and the digits are drawn, so nobody's real number is meant. */
function makeNi(chance: Chance, given: Set<string>): string {
  for (;;) {
    const digits = String(chance.below(1_000_000)).padStart(6, "0");
    const ni = `${chance.of(["AB", "CE", "JG", "KY", "NM", "PW", "SX", "TL"])}${digits}${chance.of(["A", "B", "C", "D"])}`;
    if (given.has(ni.slice(0, 8))) continue;
    given.add(ni.slice(0, 8));
    return ni;
  }
}

function makeRegistration(chance: Chance): Identifier | undefined {
  if (chance.is(0.12)) return { scheme: "GMC", value: String(4_000_000 + chance.below(3_900_000)) };
  if (!chance.is(0.35)) return undefined;
  const letter = (letters: string) => letters[chance.below(letters.length)]!;
  return {
    scheme: "NMC",
    value: `${chance.below(90) + 10}${letter("ABCDEFGHI")}${String(chance.below(10_000)).padStart(4, "0")}${letter("EOSW")}`,
  };
}
