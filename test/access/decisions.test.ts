/** The fast half of the proofs; `npm run test:security -- --only decisions,decision-mutants` prints all of it. */
import { actTable } from "../../access/acts";
import { type Act, decide, decider } from "../../access/decide";
import { readTable } from "../../access/tables";
import { type Actor, actors } from "../../access/vocabulary";
import { runDays } from "./days";
import { runFlips } from "./flips";
import { mainSweep } from "./main-sweep";
import { runMetamorphic } from "./metamorphic";
import { mutants } from "./mutants";
import { now, person, roleOf } from "./situation";
import { emptyCount, only, sweepAct, sweepRead, sweepTogether, types } from "./sweep";
import { allPurposes, purposesOf, written } from "./table";

const clean = { leaked: 0, missed: 0, examples: [] };

it("decides 2,211,840 combinations as the specification's table says", () => {
  const counts = [...mainSweep().values()];
  for (const count of counts) expect(count).toMatchObject(clean);
  expect(counts.reduce((sum, { tried }) => sum + tried, 0)).toBe(2_211_840);
  expect(counts.reduce((sum, { tried, refused }) => sum + tried - refused, 0)).toBeGreaterThan(50_000);
}, 60_000);

it.each(actors)("decides every read and act of %s in every situation as the table says", (actor) => {
  const count = emptyCount();
  for (const type of types) sweepRead(decider(only(actor)), actor, type, count);
  for (const act of Object.keys(actTable) as Act[]) sweepAct(decider(only(actor)), actor, act, count);
  expect(count).toMatchObject(clean);
  expect(count.tried).toBeGreaterThan(5_000);
});

it("gives a role that is employer's and host's at once the union of the two", () => {
  const count = emptyCount();
  for (const type of types) {
    sweepTogether(decide, ["LEHR", "HOHR"], type, count);
    sweepTogether(decide, ["OHL", "OHR"], type, count);
  }
  expect(count).toMatchObject(clean);
});

it("has a cell where the table has one, and nowhere else", () => {
  const ours = actors.flatMap((actor) => Object.keys(readTable[actor]).map((type) => `${actor} ${type}`));
  const theirs = Object.entries(written.read).flatMap(([actor, row]) => Object.keys(row).map((type) => `${actor} ${type}`));
  expect(ours.sort()).toEqual(theirs.sort());
  const acts = Object.entries(actTable).flatMap(([act, row]) => Object.keys(row).map((actor) => `${actor} ${act}`));
  expect(acts.sort()).toEqual(
    Object.entries(written.acts)
      .flatMap(([act, row]) => Object.keys(row).map((actor) => `${actor} ${act}`))
      .sort(),
  );
});

it("opens a cell to the purposes that the specification names for it, one by one", () => {
  for (const actor of actors) {
    for (const [type, cell] of Object.entries(readTable[actor as Actor])) {
      const purposes = new Set(cell.paths.flatMap((path) => path.purposes ?? cell.purposes));
      expect([actor, type, [...purposes].sort()]).toEqual([actor, type, purposesOf(actor, type).sort()]);
    }
  }
});

it("opens for compliance with training the name and the post, and no more of either", () => {
  const facts = {
    ...({
      agreements: [],
      shares: [],
      delegations: [],
      objections: [],
      transfers: [],
      restrictions: [],
      approvals: [],
      frozen: [],
    } as const),
    engagements: [{ staffMember: person, organisation: "ZQA", kind: "SUBSTANTIVE", acceptedOn: "2026-01-01", endsBefore: undefined }],
    placements: [],
  };
  const fieldsFor = (label: "R1" | "R2", ...purposes: string[]) =>
    decide(
      { issuer: "i", subject: "s", org: "ZQA", role: roleOf.LEHR!, person: undefined, act: undefined, scope: [], aal: 2, purposes },
      "read",
      { label, controllerOrg: "ZQA", staffMember: person },
      facts,
      new Date("2026-11-22T12:00:00Z"),
    ).fields;
  expect(fieldsFor("R1", "TRAINING_COMPLIANCE")).toEqual(["title", "givenName", "familyName", "preferredName"]);
  expect(fieldsFor("R2", "TRAINING_COMPLIANCE")).not.toContain("startsOn");
  expect(fieldsFor("R1", ...allPurposes)).toBeUndefined();
});

it("finds every condition that is dropped from a cell", () => {
  const found = [...mutants()].map((mutant) => ({ name: mutant.name, found: mutant.differs() }));
  expect(found.filter((it) => it.found.leaked + it.found.missed === 0).map(({ name }) => name)).toEqual([]);
  expect(found.length).toBeGreaterThan(400);
}, 60_000);

it("shuts with each fact that is altered alone", () => {
  const { wrong, opens, shut } = runFlips();
  expect(wrong).toEqual([]);
  expect(opens).toBeGreaterThan(20);
  expect(shut).toBeGreaterThan(120);
});

it("opens and shuts at midnight in London, on the days of the clocks too", () => {
  const { wrong, instants } = runDays();
  expect(wrong).toEqual([]);
  expect(instants).toBe(9 * 6 * 5);
});

it.each<[string, string, typeof decide]>([
  [
    "a way that opens where no share is left",
    "removals",
    (principal, action, target, facts, now) =>
      facts.shares.length === 0 && target.label === "R5"
        ? { effect: "allow", reason: "planted", obligations: [] }
        : decide(principal, action, target, facts, now),
  ],
  [
    "a share that closes what the others open",
    "removals",
    (principal, action, target, facts, now) =>
      facts.shares.length > 1 ? { effect: "deny", reason: "planted", obligations: [] } : decide(principal, action, target, facts, now),
  ],
  [
    "an end that opens",
    "later",
    (principal, action, target, facts, at) =>
      decide(principal, action, target, at > now ? { ...facts, objections: [], restrictions: [] } : facts, now),
  ],
  [
    "somebody who is favoured by name",
    "equals",
    (principal, action, target, facts, at) =>
      principal.subject.endsWith("1") && target.label === "R3"
        ? { effect: "allow", reason: "planted", obligations: [] }
        : decide(principal, action, target, facts, at),
  ],
])("finds %s", (_, check, planted) => {
  const { wrong } = runMetamorphic(600, 1, planted);
  expect(wrong.filter((line) => line.includes(check)).length).toBeGreaterThan(0);
});

it("never shows more for less granted or for time gone by, and the same to equals", () => {
  const { wrong, open, tried } = runMetamorphic(3_000, 1);
  expect(wrong).toEqual([]);
  expect(open).toBeGreaterThan(1_500);
  expect(Math.min(...Object.values(tried))).toBeGreaterThan(10_000);
}, 60_000);
