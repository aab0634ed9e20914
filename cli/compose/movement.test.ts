import { HarvestWatch } from "../../gateway/harvest";
import { fixedClock } from "../../platform/clock";
import { selfPrincipal, trustPrincipal } from "./movement";
import { whoRuns } from "./named-person";

const people = Array.from({ length: 6 }, (_, n) => `7c0a4f52-93de-4b1c-8a57-0d6f1be2c3a${n}`);
const watched = () => new HarvestWatch(fixedClock("2026-11-22T12:00:00Z"));

test("the account that lets several people say what they say is not one person who looks at all of them", () => {
  const watch = watched();
  expect(watch.saw(trustPrincipal("hr", "ZQB"), people, true)).toBeUndefined();
  expect(people.map((id) => watch.saw(selfPrincipal(id), [id], true))).toEqual(people.map(() => undefined));
});

test("one of them who sees others is", () => {
  const watch = watched();
  const [own] = people;
  expect(watch.saw(selfPrincipal(own!), people, true)).toMatchObject({ why: "many-people" });
});

test("the audit has the account that ran it, and for whom", () => {
  expect(selfPrincipal(people[0]!)).toMatchObject({ subject: `${whoRuns()} for ${people[0]}`, person: people[0], role: "self" });
});
