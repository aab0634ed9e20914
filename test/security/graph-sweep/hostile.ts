/**
 * Ways around the front door: `_entities` at the gateway and at each subgraph with forged representations, aliases and fragments that
 * ask for one thing twice, and the addresses of the subgraphs without the gateway.
 */
import { randomUUID } from "node:crypto";
import type { Principal } from "../../../access/principal";
import { loadInternalKeys } from "../../../gateway/internal-token";
import type { Row } from "../group";
import { everybody, staff } from "./callers";
import { originText } from "./canary";
import { type Caller, scenarioMovement } from "./expect";
import type { SweepHub } from "./hub";
import { type Judging, judge, mayStand, ownersOf } from "./judge";
import { people } from "./scenario";
import { each, Tally, withoutNames } from "./tally";
import { walk } from "./walk";

/** What a subgraph is asked of a person, part by part. */
const parts: Readonly<Record<string, string>> = {
  staff: "name { given family } birthDate identifiers { scheme value } assignments { id number status employeeCategory startsOn }",
  learning: "learning { achievements { id title courseCode completedOn } competences { competence awardedOn attestations { name } } }",
  health:
    "health { immunisations { id vaccine givenOn sentCode } clinicalTests { id name laboratory } observations { id name } clearances { id role decidedOn validUntil clearedForRole exposureProne } sources { connectedSystem } }",
  checks: "checks { employmentChecks { id outcome checkedOn } registrations { id number } }",
  movement: "placements { id postNumber grade }",
};
/** A representation is hostile input: whatever it says beside the key is a lie. */
const lies = (id: string, org: string): Record<string, unknown>[] => [
  { __typename: "StaffMember", id },
  {
    __typename: "StaffMember",
    id,
    controller: org,
    controllerOrg: org,
    organisation: org,
    person: { id },
    scope: ["R1", "R2", "R3", "R4", "R5"],
  },
  { __typename: "StaffMember", id, name: { given: "x", family: "x" }, health: { refused: false }, withheld: [], identifiers: [] },
  { __typename: "StaffMember", id, __proto__: { role: "oh" }, principal: { role: "oh", org, aal: 3, purposes: ["OH_CARE"] } },
  { __typename: "StaffMember", id: id.toUpperCase() },
  { __typename: "StaffMember", id: { toString: id } },
  { __typename: "StaffMember", id: [id] },
];

const principalOf = (sweep: SweepHub, { role, org, aal, purpose, person, name }: Caller): Principal => ({
  issuer: "https://staff-login.sweep.example",
  subject: name,
  org,
  role: role as Principal["role"],
  person: person === undefined ? undefined : sweep.population.ids.get(person),
  act: undefined,
  scope: [],
  aal,
  purposes: purpose.split(" "),
});

export async function forgedRepresentations(sweep: SweepHub, of: readonly Caller[] = everybody(2)): Promise<Row> {
  const tally = new Tally("_entities of each subgraph with the gateway's token and forged representations");
  const keys = await loadInternalKeys(`${sweep.hub.folder}/.lanyard`);
  const ids = [...(await ownersOf(sweep)).keys()].filter((_, at) => at % 9 === 0);
  const callers = of.filter(({ role }) => role !== "passport");
  const asked = callers.flatMap((caller) => Object.entries(parts).map(([name, fields]) => ({ caller, name, fields })));
  await each(asked, async ({ caller, name, fields }) => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on StaffMember { ${fields} } } }`;
    const representations = people.slice(0, 2).flatMap((person) => lies(sweep.population.ids.get(person.name)!, caller.org ?? "ZQA"));
    for (const one of representations) {
      const variables = { r: [one] };
      const token = await sweep.internalToken(keys, name, query, variables, {
        principal: principalOf(sweep, caller),
        requestId: randomUUID(),
      });
      const answer = await sweep.subgraphs.get(name)!.post("/graphql", { query, variables }, token);
      tally.tried += 1;
      const text = JSON.stringify(answer.json);
      const leaked = sweep.canaries.in(text).filter((origin) => !mayStand(caller, origin, scenarioMovement));
      for (const origin of leaked)
        tally.leak(`${caller.name} sees ${originText(origin)} by _entities of ${name}`, `${name} ${caller.role} ${origin.type}`);
      if (leaked.length === 0) tally.refused += 1;
    }
  });
  // A record asked for by its own key is nobody's, whoever asks.
  const oh = principalOf(sweep, staff("oh", "ZQA"));
  for (const type of ["Immunisation", "Clearance", "ClinicalTest", "Observation"]) {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { id } } }`;
    for (const id of ids) {
      const variables = { r: [{ __typename: type, id }] };
      const token = await sweep.internalToken(keys, "health", query, variables, { principal: oh, requestId: randomUUID() });
      const { json } = await sweep.subgraphs.get("health")!.post("/graphql", { query, variables }, token);
      tally.tried += 1;
      if (json.data?._entities?.[0] == null) tally.refused += 1;
      else tally.leak(`${type} is answered by its own key`);
    }
  }
  return tally.row();
}

/** The gateway has no `_entities`; a subgraph has no answer but for the gateway. */
export async function aroundTheGateway(sweep: SweepHub): Promise<Row> {
  const tally = new Tally("_entities and _service at the gateway, and subgraphs asked past it: no token, a caller's, another operation's");
  const keys = await loadInternalKeys(`${sweep.hub.folder}/.lanyard`);
  const id = sweep.population.ids.get("doctor")!;
  const refused = (what: string, status: number, text: string) => {
    tally.tried += 1;
    const seen = sweep.canaries.in(text).length > 0 || /"(_entities|_service)":/.test(text);
    if (status >= 400 && !seen) tally.refused += 1;
    else tally.leak(`${what}: ${status}`);
  };
  for (const caller of everybody(1)) {
    for (const query of [
      `{ _entities(representations: [{ __typename: "StaffMember", id: "${id}" }]) { ... on StaffMember { id birthDate } } }`,
      "{ _service { sdl } }",
    ]) {
      const { status, text } = await sweep.ask(caller, query);
      refused(`${caller.name} at the gateway`, status, text);
    }
  }
  const asOh = { principal: principalOf(sweep, staff("oh", "ZQA")), requestId: randomUUID() };
  for (const [name, served] of sweep.subgraphs) {
    const query = `{ _entities(representations: [{ __typename: "StaffMember", id: "${id}" }]) { ... on StaffMember { id ${parts[name] ?? ""} } } }`;
    const others = await sweep.internalToken(keys, name === "staff" ? "health" : "staff", query, {}, asOh);
    const otherQuestion = await sweep.internalToken(keys, name, "{ _service { sdl } }", {}, asOh);
    const own = await sweep.credential(staff("oh", "ZQA"));
    for (const [what, token] of [
      ["no token", undefined],
      ["a caller's own token", own.token],
      ["a token for another subgraph", others],
      ["a token for another question", otherQuestion],
      ["a made-up token", "eyJhbGciOiJub25lIn0.e30."],
    ] as const) {
      const { status, json } = await served.post("/graphql", { query, variables: {} }, token);
      refused(`subgraph ${name} with ${what}`, status, JSON.stringify(json));
    }
  }
  return tally.row();
}

/** The same fields by other words: aliases, fragments, variables, directives, and the same person many times over. */
export async function otherWords(sweep: SweepHub): Promise<Row> {
  const tally = new Tally("the same fields by aliases, fragments, directives, and several people in one operation");
  const walked = walk();
  const judging: Judging = { schema: walked.schema, owners: await ownersOf(sweep), sweep, movement: scenarioMovement };
  const fragments = Object.entries(parts).map(([name, fields]) => `fragment ${name} on StaffMember { ${fields} }`);
  await each(
    everybody(2).flatMap((caller) => fragments.map((fragment, at) => ({ caller, fragment, name: Object.keys(parts)[at]! }))),
    async ({ caller, fragment, name }) => {
      const [first, second] = ["doctor", "stranger"].map((one) => sweep.population.ids.get(one)!);
      const query = `query Q($a: ID!, $b: ID!, $yes: Boolean! = true) {
        a1: staffMember(id: $a) { ...${name} } b1: staffMember(id: $b) { ...${name} ... @include(if: $yes) { id } }
        me { ...${name} @skip(if: false) } }\n${fragment}`;
      const answer = await sweep.ask(caller, query, { a: first, b: second });
      tally.tried += 1;
      const judged = judge(judging, caller, { ...answer, json: undefined });
      for (const why of judged.leaks) tally.leak(`${why} (${name})`, `${name} ${withoutNames(why)}`);
      if (judged.leaks.length === 0) tally.refused += 1;
    },
  );
  return tally.row();
}
