/**
 * `npm run bench:match`: how often matching links wrongly, and how often it misses, on generated people.
 * False-link rate = wrong automatic links / all automatic links. Miss rate = claims whose person exists and that carry enough
 * evidence (match-population.ts says what that is) and were not linked automatically / such claims. A staff member is whoever
 * the ESR person was for whom it was created. Seeds 1-99 were for tuning; everything printed by default is from other seeds.
 */
import { createHmac } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { PersonToMatch } from "../store/store";
import { matchKeysOf, niKeyPrefix } from "../sync/match-keys";
import type { MatchWeights } from "../sync/match-weights";
import { matchPeople } from "../sync/matching";
import { peopleInMemory } from "../test/builders/people-in-memory";
import { type GeneratedClaim, generatePopulation, vpds } from "./match-population";

export interface Share {
  readonly count: number;
  readonly of: number;
  readonly rate: number;
  /** Wilson score interval, 95 %. */
  readonly from: number;
  readonly to: number;
}
export interface MatchBenchResult {
  readonly seeds: readonly number[];
  readonly people: number;
  readonly claims: number;
  readonly falseLinks: Share;
  readonly misses: Share;
  readonly proposals: Share;
  readonly conflicts: Share;
  readonly claimsPerSecond: number;
  /** What went wrong, by how the link was made: rule words only. */
  readonly wrong: readonly string[];
  readonly missed: Readonly<Record<string, number>>;
}

export function wilson(count: number, of: number): Share {
  if (of === 0) return { count, of, rate: 0, from: 0, to: 1 };
  const z = 1.959964;
  const rate = count / of;
  const centre = rate + (z * z) / (2 * of);
  const half = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return { count, of, rate, from: Math.max(0, (centre - half) / scale), to: Math.min(1, (centre + half) / scale) };
}

export async function runMatchBench(input: {
  readonly seeds: readonly number[];
  readonly people: number;
  readonly weights?: MatchWeights;
}): Promise<MatchBenchResult> {
  const sums = { claims: 0, links: 0, wrong: 0, enough: 0, missed: 0, waiting: 0, proposed: 0, conflicts: 0, ms: 0 };
  const wrong: string[] = [];
  const missed: Record<string, number> = {};
  for (const seed of input.seeds) {
    const claims = generatePopulation(seed, input.people);
    const started = performance.now();
    const outcome = await matchAll(claims, input.weights);
    sums.ms += performance.now() - started;
    sums.claims += claims.length;
    for (const [index, claim] of claims.entries()) {
      const id = idOf(index);
      const binding = outcome.bindings.get(id);
      const linked = binding !== undefined && binding.staffMemberId !== undefined;
      if (linked) {
        sums.links += 1;
        if (outcome.truth.get(binding.staffMemberId!) !== claim.human) {
          sums.wrong += 1;
          if (wrong.length < 20) wrong.push(`seed ${seed}, ${claim.system}: ${binding.reasons.map((reason) => reason.rule).join("; ")}`);
        }
      }
      if (claim.enough) sums.enough += 1;
      if (claim.enough && !linked) {
        sums.missed += 1;
        const why = `${claim.system}: ${
          outcome.conflicts.get(id)?.[0]?.rule ??
          (outcome.proposals
            .get(id)?.[0]
            ?.reasons.map((reason) => reason.rule)
            .join("; ") ||
            "unmatched")
        }`;
        missed[why] = (missed[why] ?? 0) + 1;
      }
      if (claim.system === "esr") continue;
      sums.waiting += 1;
      if (outcome.proposals.has(id)) sums.proposed += 1;
      if (outcome.conflicts.has(id)) sums.conflicts += 1;
    }
  }
  return {
    seeds: input.seeds,
    people: input.people,
    claims: sums.claims,
    falseLinks: wilson(sums.wrong, sums.links),
    misses: wilson(sums.missed, sums.enough),
    proposals: wilson(sums.proposed, sums.waiting),
    conflicts: wilson(sums.conflicts, sums.waiting),
    claimsPerSecond: Math.round(sums.claims / (sums.ms / 1000)),
    wrong,
    missed,
  };
}

const idOf = (index: number) => `person-${String(index).padStart(7, "0")}`;

/** The whole of it as a sync does it: keys, candidates by key, decisions in batches, and those who waited. */
async function matchAll(claims: readonly GeneratedClaim[], weights: MatchWeights | undefined) {
  const memory = peopleInMemory();
  const blind = (scheme: string, value: string) => createHmac("sha256", "bench").update(`${scheme}\n${value}`).digest("base64url");
  const persons = claims.map((each, index) => sourcePerson(each, idOf(index), blind));
  memory.add(...persons);
  await matchPeople(
    memory,
    persons.map((person) => person.id),
    { vpdOf: (organisation) => vpds[organisation], weights },
  );
  const truth = new Map<string, number>();
  for (const [index, claim] of claims.entries()) {
    const binding = memory.bindings.get(idOf(index));
    if (binding?.decision === "CREATED") truth.set(memory.get(idOf(index)).staffMemberId!, claim.human);
  }
  return { bindings: memory.bindings, proposals: memory.proposals, conflicts: memory.conflicts, truth };
}

function sourcePerson({ claim, ...source }: GeneratedClaim, id: string, blind: (scheme: string, value: string) => string): PersonToMatch {
  const matchKeys = matchKeysOf(claim, { vpd: vpds[source.organisation], organisation: source.organisation, blind });
  // The store blinds NI numbers as they are written, valid or not; upper case without spaces.
  const identifiers = (claim.identifiers ?? []).map(({ scheme, value }) => ({
    scheme,
    value: scheme === "NI_NUMBER" ? blind(niKeyPrefix, value.replace(/\s/g, "").toUpperCase()) : value,
  }));
  return {
    id,
    matchKeys,
    identifiers,
    connectionId: source.connectionId,
    organisation: source.organisation,
    system: source.system,
    sourceKey: claim.personKey,
    givenName: claim.givenName,
    familyName: claim.familyName,
    otherGivenNames: claim.otherGivenNames ?? [],
    otherFamilyNames: claim.otherFamilyNames ?? [],
    birthDate: claim.birthDate,
    staffMemberId: undefined,
  };
}

const percent = (share: Share) =>
  `${(share.rate * 100).toFixed(3)} %  [${(share.from * 100).toFixed(3)}, ${(share.to * 100).toFixed(3)}]  ${share.count} of ${share.of}`;

function seedsOf(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [from, to] = part.split("-").map(Number) as [number, number | undefined];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, index) => from + index);
  });
}

async function main(argv: readonly string[]): Promise<void> {
  const option = (name: string, otherwise: string) => {
    const at = argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : (argv[at + 1] ?? otherwise);
  };
  const seeds = seedsOf(option("seeds", "101-110"));
  const people = Number(option("people", "8000"));
  const each: MatchBenchResult[] = [];
  for (const seed of seeds) each.push(await runMatchBench({ seeds: [seed], people }));
  const sum = (pick: (result: MatchBenchResult) => Share) =>
    wilson(
      each.reduce((all, one) => all + pick(one).count, 0),
      each.reduce((all, one) => all + pick(one).of, 0),
    );
  const claims = each.reduce((all, one) => all + one.claims, 0);
  const seconds = each.reduce((all, one) => all + one.claims / one.claimsPerSecond, 0);
  const total = {
    falseLinks: sum((one) => one.falseLinks),
    misses: sum((one) => one.misses),
    proposals: sum((one) => one.proposals),
    conflicts: sum((one) => one.conflicts),
  };
  if (argv.includes("--json")) {
    process.stdout.write(
      `${JSON.stringify({ seeds, people, claims, ...total, claimsPerSecond: Math.round(claims / seconds), bySeed: each })}\n`,
    );
    return;
  }
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print(`${people} people a seed, 95 % Wilson intervals in brackets`);
  for (const one of each)
    print(
      `seed ${one.seeds[0]}: false links ${one.falseLinks.count} of ${one.falseLinks.of}, misses ${one.misses.count} of ${one.misses.of}`,
    );
  print(
    `\nfalse links  ${percent(total.falseLinks)}\nmisses       ${percent(total.misses)}\nproposals    ${percent(total.proposals)}\nconflicts    ${percent(total.conflicts)}`,
  );
  print(`${claims} claims, ${Math.round(claims / seconds)} a second`);
  if (argv.includes("--why")) {
    for (const one of each) for (const line of one.wrong) print(`wrong: ${line}`);
    const reasons = new Map<string, number>();
    for (const one of each) for (const [why, count] of Object.entries(one.missed)) reasons.set(why, (reasons.get(why) ?? 0) + count);
    for (const [why, count] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 25)) print(`missed ${count}: ${why}`);
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
}
