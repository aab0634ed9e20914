/** First and last days, at midnight in London, in winter, in summer and on both days on which the clocks change. */
import { decide } from "../../access/decide";
import { noFacts, type PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import type { Access } from "../../schema/registry";
import { agreementOn, engagement, person, placement, roleOf, shareOf, transferOf } from "./situation";
import { allPurposes } from "./table";

/** A winter's day, a summer's, and the days on which and after which the clocks go forward and back. */
const boundaries = ["2026-01-15", "2026-07-15", "2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"];

const asLondonSays = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", dateStyle: "short", timeStyle: "medium" });
/** The instant at which a day begins in London, found by trying: not as the code under test finds it. */
function midnight(day: string): number {
  const [year, month, date] = day.split("-");
  for (const hours of [0, -1]) {
    const instant = Date.parse(`${day}T00:00:00Z`) + hours * 3_600_000;
    if (asLondonSays.format(instant) === `${date}/${month}/${year}, 00:00:00`) return instant;
  }
  throw new Error(`${day} does not begin`);
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

const as = (actor: string): Principal => ({
  issuer: "i",
  subject: "me",
  org: "ZQA",
  role: roleOf[actor]!,
  person: actor === "PASS" ? person : undefined,
  act: actor === "PASS" ? "app" : undefined,
  scope: ["R3"],
  registered: ["R3"],
  aal: 3,
  purposes: allPurposes,
});

interface Dated {
  readonly name: string;
  readonly actor: string;
  readonly label: Access;
  readonly controllerOrg: string;
  /** Days from the first day of the fact to the first day on which it opens, and from its end to the day on which it is shut. */
  readonly lead: number;
  readonly grace: number;
  facts(startsOn: string, endsBefore: string): Partial<PolicyFacts>;
}
const employed = { engagements: [engagement] };
const long = { startsOn: "2020-01-01", endsBefore: "2040-01-01" };
const placed = { placements: [{ ...placement, ...long }] };
const always = { engagements: [{ ...engagement, acceptedOn: "2020-01-01" }] };

const dated: readonly Dated[] = [
  {
    name: "engagement",
    actor: "LEHR",
    label: "R2",
    controllerOrg: "ZQA",
    lead: 0,
    grace: 30,
    facts: (acceptedOn, endsBefore) => ({ engagements: [{ ...engagement, acceptedOn, endsBefore }] }),
  },
  {
    name: "offer",
    actor: "RECR",
    label: "R1",
    controllerOrg: "ZQA",
    lead: 0,
    grace: 14,
    facts: (acceptedOn, endsBefore) => ({ engagements: [{ ...engagement, kind: "PRE_HIRE", acceptedOn, endsBefore }] }),
  },
  {
    name: "placement",
    actor: "HOHR",
    label: "R2",
    controllerOrg: "ZQA",
    lead: 91,
    grace: 14,
    facts: (startsOn, endsBefore) => ({ placements: [{ ...placement, startsOn, endsBefore }] }),
  },
  {
    name: "placement under an agreement with its own days",
    actor: "HOHR",
    label: "R3",
    controllerOrg: "ZQX",
    lead: 5,
    grace: 2,
    facts: (startsOn, endsBefore) => ({
      placements: [{ ...placement, startsOn, endsBefore }],
      agreements: [{ ...agreementOn("R3", "ZQX"), startsOn: "2020-01-01", placementLeadDays: 5, placementGraceDays: 2 }],
    }),
  },
  {
    name: "agreement",
    actor: "HOHR",
    label: "R3",
    controllerOrg: "ZQX",
    lead: 0,
    grace: 0,
    facts: (startsOn, endsBefore) => ({ ...placed, agreements: [{ ...agreementOn("R3", "ZQX"), startsOn, endsBefore }] }),
  },
  {
    name: "share",
    actor: "HOHR",
    label: "R3",
    controllerOrg: "ZQX",
    lead: 0,
    grace: 0,
    facts: (startsOn, endsBefore) => ({ ...placed, shares: [{ ...shareOf("R3"), startsOn, endsBefore }] }),
  },
  {
    name: "transfer",
    actor: "LEHR",
    label: "R3",
    controllerOrg: "ZQX",
    lead: 0,
    grace: 0,
    facts: (acceptedOn, endsBefore) => ({ ...employed, ...always, transfers: [{ ...transferOf("R3"), acceptedOn, endsBefore }] }),
  },
  {
    name: "training programme",
    actor: "NHSE",
    label: "R1",
    controllerOrg: "ZQX",
    lead: 91,
    grace: 14,
    facts: (startsOn, endsBefore) => ({
      placements: [{ ...placement, organisation: "ZQB", kind: "HOST_PLACEMENT", startsOn, endsBefore }],
    }),
  },
  {
    name: "approval of a client",
    actor: "PASS",
    label: "R3",
    controllerOrg: "ZQX",
    lead: 0,
    grace: 0,
    facts: (startsOn, endsBefore) => ({ delegations: [{ staffMember: person, client: "app", labels: ["R3"], startsOn, endsBefore }] }),
  },
];

export interface DaysResult {
  readonly instants: number;
  readonly wrong: readonly string[];
}

export function runDays(): DaysResult {
  const wrong: string[] = [];
  let instants = 0;
  for (const { name, actor, label, controllerOrg, lead, grace, facts } of dated) {
    for (const day of boundaries) {
      const at = (instant: number, some: Partial<PolicyFacts>, should: "allow" | "deny", what: string) => {
        instants++;
        const target = { label, controllerOrg, staffMember: person };
        const { effect } = decide(as(actor), "read", target, { ...noFacts, ...some }, new Date(instant));
        if (effect !== should) wrong.push(`${name}, ${what} of ${day}: ${effect}`);
      };
      const begins = facts(shifted(day, lead), shifted(day, 300));
      const ends = facts(shifted(day, -300), shifted(day, -grace));
      at(midnight(day) - 1_000, begins, "deny", "23:59 before its first day");
      at(midnight(day), begins, "allow", "00:00 of its first day");
      at(midnight(shifted(day, 1)) - 1_000, begins, "allow", "23:59 of its first day");
      at(midnight(day) - 1_000, ends, "allow", "23:59 of its last day");
      at(midnight(day), ends, "deny", "00:00 after its last day");
    }
  }
  return { instants, wrong };
}
