/** What somebody has learned and had: awards, doses, tests, checks. */
import { askedOf, type CompetenceKey, competences, type StaffGroup } from "./competences";
import { addDays, addMonths } from "./days";
import type { Ods } from "./organisations";
import type { Award, DbsTruth, HealthTruth, Registration, RegistrationBody } from "./person";
import type { Random } from "./random";
import type { World } from "./world";

/** How many have done a training at all, how many awards HR has put into ESR, how many the LMS still shows. */
const shares = { trained: 0.94, inEsr: 0.7, inLms: 0.85, oneDayApart: 0.04, earlier: 0.14 };

export function awardsOf(world: World, chance: Random, group: StaffGroup, at: Ods, hiredOn: string): Award[] {
  const awards: Award[] = [];
  for (const competence of askedOf(group)) {
    if (!chance.chance(shares.trained)) continue;
    const months = competences[competence].months;
    // A little over the period, so that some have run out.
    const drawn = addDays(world.today, -chance.whole(12, Math.round(months * 30.4 * 1.1)));
    const inside = addDays(hiredOn, chance.whole(1, 25));
    const awardedOn = drawn >= hiredOn ? drawn : inside < world.today ? inside : addDays(world.today, -1);
    const inEsr = chance.chance(shares.inEsr);
    const inLms = !inEsr || chance.chance(shares.inLms);
    const apart = inEsr && inLms && chance.chance(shares.oneDayApart) && awardedOn < addDays(world.today, -2);
    awards.push({ id: world.id(), competence, awardedOn, at, inEsr, inLms, lmsDaysLater: apart ? 1 : undefined });
    const before = addMonths(awardedOn, -months);
    if (chance.chance(shares.earlier) && before > hiredOn) {
      awards.push({ id: world.id(), competence, awardedOn: before, at, inEsr: true, inLms: false, superseded: true });
    }
  }
  return awards;
}

export function award(world: World, at: Ods, competence: CompetenceKey, awardedOn: string, more: Partial<Award> = {}): Award {
  return { id: world.id(), competence, awardedOn, at, inEsr: true, inLms: true, ...more };
}

export function healthOf(world: World, chance: Random, group: StaffGroup): HealthTruth {
  const clinical = group !== "Administrative and Clerical" && group !== "Estates and Ancillary";
  const doses: HealthTruth["doses"][number][] = [];
  const give = (vaccine: (typeof doses)[number]["vaccine"], givenOn: string, dose?: number) => {
    if (givenOn < world.today) doses.push({ id: world.id(), vaccine, givenOn, dose });
  };
  const first = addDays(world.today, -chance.whole(400, 4000));
  if (chance.chance(clinical ? 0.88 : 0.25)) {
    give("hepatitisB", first, 1);
    give("hepatitisB", addMonths(first, 1), 2);
    if (chance.chance(0.92)) give("hepatitisB", addMonths(first, 6), 3);
  }
  const hasHepatitisB = doses.length > 2;
  if (chance.chance(clinical ? 0.75 : 0.3)) {
    const mmr = addDays(first, -chance.whole(200, 4000));
    give("mmr", mmr, 1);
    give("mmr", addMonths(mmr, 3), 2);
  }
  if (chance.chance(clinical ? 0.2 : 0.05)) {
    give("varicella", addDays(first, 20), 1);
    give("varicella", addDays(first, 62), 2);
  }
  if (chance.chance(0.25)) give("bcg", addDays(first, -chance.whole(3000, 6000)));
  if (chance.chance(0.15)) give("tdIpv", addDays(first, chance.whole(0, 300)));
  if (chance.chance(0.5)) give("influenza", addDays(world.today, -chance.whole(3, 330)));
  if (chance.chance(0.3)) give("covid", addDays(world.today, -chance.whole(100, 900)));
  const later = (day: string, days: number) => (addDays(day, days) < world.today ? addDays(day, days) : addDays(world.today, -1));
  return {
    doses,
    antiHbs:
      hasHepatitisB && chance.chance(0.8)
        ? { id: world.id(), value: chance.chance(0.08) ? chance.whole(1, 9) : chance.whole(12, 980), testedOn: later(first, 230) }
        : undefined,
    diphtheria:
      clinical && chance.chance(0.35) ? { id: world.id(), value: chance.whole(2, 90) / 100, testedOn: later(first, 300) } : undefined,
    varicellaImmune: clinical && chance.chance(0.4) ? { id: world.id(), testedOn: later(first, 5) } : undefined,
    bcgScar: clinical && chance.chance(0.5) ? { id: world.id(), seen: chance.chance(0.7), observedOn: later(first, 5) } : undefined,
  };
}

export function dbsOf(world: World, chance: Random, group: StaffGroup): DbsTruth | undefined {
  if (!chance.chance(0.8)) return undefined;
  return {
    issuedOn: addDays(world.today, -chance.whole(60, 1400)),
    type: group === "Estates and Ancillary" ? "Standard" : chance.pick(["Enhanced", "Enhanced with barred list(s) check"] as const),
    workforce: chance.pick(["Adult", "Child", "Child and Adult"] as const),
  };
}

const bodyOfGroup: Partial<Record<StaffGroup, RegistrationBody>> = {
  "Medical and Dental": "GMC",
  "Nursing and Midwifery Registered": "NMC",
  "Allied Health Professionals": "HCPC",
  "Add Prof Scientific and Technic": "GPhC",
};

function laterOf(one: string, other: string): string {
  return one > other ? one : other;
}

/** Nobody is registered before the age of 22. */
export function registrationOf(world: World, chance: Random, group: StaffGroup, birthDate: string): Registration[] {
  const body = bodyOfGroup[group];
  if (!body) return [];
  const drawn = addDays(world.today, -chance.whole(200, 6000));
  const earliest = addMonths(birthDate, 22 * 12);
  const issue = { GMC: world.issue.gmc, NMC: world.issue.nmc, HCPC: world.issue.hcpc, GPhC: world.issue.gphc }[body];
  return [
    {
      id: world.id(),
      body,
      number: issue(),
      registeredOn: laterOf(drawn, earliest),
      expiresOn: addDays(world.today, chance.whole(20, 700)),
    },
  ];
}
