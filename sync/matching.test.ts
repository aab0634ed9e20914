import { peopleInMemory } from "../test/builders/people-in-memory";
import { aPerson, type PersonParts, vpdOfTest } from "../test/builders/person-to-match";
import { matchPeople } from "./matching";

const options = { vpdOf: vpdOfTest, batchSize: 2 };
const esr = (parts: PersonParts) => aPerson({ system: "esr", ...parts });
const amara = esr({
  id: "e1",
  given: "Amara",
  family: "Osei",
  born: "1996-05-17",
  ids: { ESR_EMPLOYEE_NUMBER: "30679710", NI_NUMBER: "AB012201B" },
});
const account = aPerson({ id: "m1", given: "Amara", family: "Osei", ids: { ESR_EMPLOYEE_NUMBER: "30679710" } });

test("an account waits, and is bound when ESR tells of the person", async () => {
  const memory = peopleInMemory();
  memory.add(account);
  expect(await matchPeople(memory, ["m1"], options)).toEqual({ bound: 0, created: 0, proposed: 0, conflicts: 0, unmatched: 1 });
  memory.add(amara);
  expect(await matchPeople(memory, ["e1"], options)).toEqual({ bound: 1, created: 1, proposed: 0, conflicts: 0, unmatched: 0 });
  expect(memory.get("m1").staffMemberId).toBe(memory.get("e1").staffMemberId);
});

test("both in one batch end up bound, counted once", async () => {
  const memory = peopleInMemory();
  memory.add(account, amara);
  expect(await matchPeople(memory, ["m1", "e1"], options)).toEqual({ bound: 1, created: 1, proposed: 0, conflicts: 0, unmatched: 0 });
});

test("one person of three employers in one batch becomes one staff member", async () => {
  const memory = peopleInMemory();
  const people = ["ZQA", "ZQB", "ZQC"].map((organisation, index) =>
    esr({
      id: `e${index}`,
      organisation,
      given: "Amara",
      family: "Osei",
      born: "1996-05-17",
      ids: { NI_NUMBER: "AB012201B", ESR_EMPLOYEE_NUMBER: `3067971${index}` },
    }),
  );
  memory.add(...people);
  expect(await matchPeople(memory, ["e2", "e0", "e1"], { ...options, batchSize: 10 })).toMatchObject({ bound: 2, created: 1 });
  expect(new Set(people.map(({ id }) => memory.get(id).staffMemberId)).size).toBe(1);
});

test("everybody asked for is looked at, also those who stay as they are", async () => {
  const memory = peopleInMemory();
  memory.add({ ...amara, staffMemberId: "amara" }, { ...account, staffMemberId: "amara" });
  await matchPeople(memory, ["m1", "e1"], options);
  expect([...memory.looked].sort()).toEqual(["e1", "m1"]);
});

test("a person's refusal holds for ever", async () => {
  const memory = peopleInMemory();
  memory.add(amara);
  await matchPeople(memory, ["e1"], options);
  memory.add(account);
  await memory.people.refuse("m1", memory.get("e1").staffMemberId!, "hr", "not her");
  expect(await matchPeople(memory, ["m1"], options)).toMatchObject({ bound: 0, unmatched: 1 });
});

test("statements are counted by batch, not by person", async () => {
  const memory = peopleInMemory();
  const people = Array.from({ length: 100 }, (_, index) =>
    esr({
      id: `e${index}`,
      given: `Given${"abcdefghij"[index % 10]}`,
      family: `Family${"klmnopqrst"[Math.floor(index / 10)]}`,
      born: `19${60 + (index % 40)}-05-17`,
    }),
  );
  memory.add(...people);
  await matchPeople(
    memory,
    people.map(({ id }) => id),
    { ...options, batchSize: 100 },
  );
  expect(memory.asked.candidates).toBeLessThan(20);
});

test("nobody to match asks nothing", async () => {
  const memory = peopleInMemory();
  await matchPeople(memory, [], options);
  expect(memory.asked).toEqual({});
});
