import { principal } from "../test/builders/principals";
import { decide } from "./decide";
import { explain } from "./explain";
import { noFacts, type PolicyFacts } from "./facts";
import type { Principal } from "./principal";
import { roleTable } from "./roles";

const person = "10000000-0000-4000-8000-000000000001";
const as = (role: Principal["role"], org: string) => principal(role, { org, purposes: roleTable[role].purposes });
const placed: PolicyFacts = {
  ...noFacts,
  placements: [
    { staffMember: person, organisation: "ZQB", kind: "HOST_PLACEMENT", startsOn: "2026-12-02", endsBefore: "2027-04-07", master: "FEED" },
  ],
  agreements: [
    {
      controllerOrg: "ZQA",
      organisation: "ZQB",
      labels: ["R3"],
      startsOn: "2026-01-01",
      endsBefore: undefined,
      signedByBoth: true,
      reference: "WSA-1",
    },
  ],
};
const part = (principal: Principal, facts: PolicyFacts, label: string, today = "2026-11-22") =>
  explain(principal, person, ["ZQA"], facts, today).find((it) => it.label === label)!;

it("names the cell, the condition and the date that open a part, and the date that closes it", () => {
  const training = part(as("hr", "ZQB"), placed, "R3");
  expect(training).toMatchObject({ effect: "allow", actor: "HOHR", since: "2026-09-02", turnsOn: "2027-04-21" });
  expect(training.conditions.find(({ condition }) => condition === "place")).toMatchObject({
    holds: true,
    grounds: [{ what: "placement", kind: "HOST_PLACEMENT", from: "2026-12-02", until: "2027-04-07", by: "FEED" }],
  });
  expect(training.ways.flat().find(({ condition }) => condition === "wsa")).toMatchObject({ holds: true, grounds: [{ by: "WSA-1" }] });
});

it("names what is missing, and when a known date will open it", () => {
  expect(part(as("hr", "ZQB"), placed, "R3", "2026-08-01")).toMatchObject({ effect: "deny", turnsOn: "2026-09-02" });
  const doses = part(as("oh", "ZQB"), placed, "R5");
  expect(doses).toMatchObject({ effect: "deny", actor: "OHR", turnsOn: undefined });
  expect(doses.conditions.every(({ holds }) => holds)).toBe(true);
  expect(doses.ways.map((way) => way.map(({ condition, holds }) => `${condition} ${holds}`))).toEqual([["tenant false"], ["share false"]]);
  expect(part(as("hr", "ZQB"), placed, "R5")).toMatchObject({ effect: "deny", actor: undefined, conditions: [], ways: [] });
});

it("says of an objection that it closes what the organisations have agreed", () => {
  const objected = { ...placed, objections: [{ staffMember: person, labels: ["R3" as const], madeAt: "2026-11-01T00:00:00Z" }] };
  const training = part(as("hr", "ZQB"), objected, "R3");
  expect(training.effect).toBe("deny");
  expect(training.ways.flat().find(({ condition }) => condition === "no-objection")).toMatchObject({
    holds: false,
    grounds: [{ what: "objection", from: "2026-11-01" }],
  });
});

it("never says otherwise than the decision itself, on any day, for any role", () => {
  const facts: PolicyFacts = {
    ...placed,
    engagements: [
      {
        staffMember: person,
        organisation: "ZQA",
        kind: "LEAD_EMPLOYER",
        acceptedOn: "2025-08-06",
        endsBefore: "2027-01-01",
        master: "ESR",
      },
    ],
    shares: [
      {
        staffMember: person,
        organisation: "ZQB",
        labels: ["R5"],
        startsOn: "2026-10-01",
        endsBefore: "2027-02-01",
        revoked: false,
        madeAt: "2026-10-01T00:00:00Z",
      },
    ],
  };
  let compared = 0;
  for (const role of ["hr", "oh", "learning", "recruitment", "esr", "nhse", "ops"] as const) {
    for (const org of ["ZQA", "ZQB"]) {
      for (let day = new Date("2026-08-01T12:00:00Z"); day < new Date("2027-06-01T12:00:00Z"); day.setUTCDate(day.getUTCDate() + 7)) {
        const today = day.toISOString().slice(0, 10);
        for (const it of explain(as(role, org), person, ["ZQA", "ZQB"], facts, today)) {
          const decided = decide(
            as(role, org),
            "read",
            { label: it.label, controllerOrg: it.controllerOrg, staffMember: person },
            facts,
            day,
          );
          expect([role, org, today, it.label, it.effect]).toEqual([role, org, today, it.label, decided.effect]);
          const all = (some: typeof it.conditions) => some.every(({ holds }) => holds);
          const opens = it.conditions.length > 0 && all(it.conditions) && (it.ways.length === 0 || it.ways.some(all));
          expect([it.label, it.effect === "allow"]).toEqual([it.label, opens]);
          compared++;
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(5_000);
});
