/**
 * The operations that front-ends have registered: in production these and no others are answered. The manifest is generated
 * (`npm run schema`) from the documents of our own front-ends and from the files beside this one, and reviewed when it changes.
 */
import { createHash } from "node:crypto";
import { type GraphQLSchema, Kind, parse, specifiedRules, validate } from "graphql";
import type { Principal, Role } from "../../access/principal";
import { HubError } from "../../platform/errors";
import manifest from "./manifest.json";
import { type Measures, measure } from "./measure";

/** Front-ends, and who comes from each. A front-end's operations are no other's. */
export const frontEnds = {
  console: { issuers: ["lanyard:console"] },
  commands: { issuers: ["lanyard:command-line"] },
  passport: { roles: ["self", "passport"] },
  trust: {
    roles: [
      "hr",
      "oh",
      "learning",
      "recruitment",
      "data-quality",
      "trust-admin",
      "auditor",
      "nhse",
      "information-governance",
      "ops",
      "esr",
    ],
  },
  /** What the demonstration shows: measured like the others, answered in production by nobody. */
  demonstration: {},
} as const satisfies Record<string, { readonly issuers?: readonly string[]; readonly roles?: readonly Role[] }>;
export type FrontEnd = keyof typeof frontEnds;

export interface Registered extends Measures {
  readonly hash: string;
  readonly name: string;
  readonly frontEnd: FrontEnd;
  readonly document: string;
}

export type Limits = Readonly<Record<keyof Measures, number>>;

/** No registered operation takes more: what would need more is to be made smaller, not let in. */
export const ceilings: Limits = {
  depth: 12,
  aliases: 20,
  directives: 20,
  tokens: 1500,
  rootFields: 10,
  writtenOut: 1000,
  cost: 150_000,
};
/** Above the greatest registered: an operation may grow a little before its limit has to be thought about. */
export const room = 2;
/** What any front-end may use although the registered operations hardly do: a few of each harm nobody. */
export const least: Partial<Limits> = { aliases: 10, directives: 5, rootFields: 5 };

export interface Manifest {
  readonly limits: Limits;
  readonly operations: readonly Registered[];
}

const held = manifest as unknown as Manifest;
export const limits: Limits = held.limits;
export const registered: readonly Registered[] = held.operations;

export function hashOf(document: string): string {
  return createHash("sha256").update(document.trim()).digest("hex");
}

const byHash = new Map(registered.map((one) => [one.hash, one] as const));

/** By its hash, or by its text to the letter. A document that several front-ends ask stands in the manifest once for each. */
export function registeredFor(
  principal: Pick<Principal, "issuer" | "role">,
  asked: { hash?: string; text?: string },
): Registered | undefined {
  const hash = asked.text === undefined ? asked.hash : hashOf(asked.text);
  const found = hash === undefined ? undefined : byHash.get(hash);
  return found && frontEndOf(principal) === found.frontEnd ? found : undefined;
}

/** The one front-end that this caller comes from; where it comes from decides before what it is. */
export function frontEndOf({ issuer, role }: Pick<Principal, "issuer" | "role">): FrontEnd | undefined {
  const all = Object.entries(frontEnds) as [FrontEnd, { issuers?: readonly string[]; roles?: readonly Role[] }][];
  return (all.find(([, who]) => who.issuers?.includes(issuer)) ?? all.find(([, who]) => who.roles?.includes(role)))?.[0];
}

/** The manifest of these documents; throws where one is not valid, not named, or beyond a ceiling. */
export function manifestOf(schema: GraphQLSchema, documents: Readonly<Record<FrontEnd, readonly string[]>>): Manifest {
  const operations: Registered[] = [];
  for (const [frontEnd, texts] of Object.entries(documents) as [FrontEnd, readonly string[]][]) {
    for (const text of texts) operations.push(one(schema, frontEnd, text.trim()));
  }
  operations.sort((a, b) => a.frontEnd.localeCompare(b.frontEnd) || a.name.localeCompare(b.name));
  const names = new Set<string>();
  for (const { frontEnd, name } of operations) {
    if (names.has(`${frontEnd} ${name}`)) throw wrong(frontEnd, name, "a name that is used once", "it twice");
    names.add(`${frontEnd} ${name}`);
  }
  const limit = (name: keyof Measures) =>
    Math.min(ceilings[name], Math.max(least[name] ?? 0, Math.ceil(Math.max(...operations.map((it) => it[name])) * room)));
  const limits = Object.fromEntries(Object.keys(ceilings).map((name) => [name, limit(name as keyof Measures)])) as Record<
    keyof Measures,
    number
  >;
  return { limits, operations };
}

function one(schema: GraphQLSchema, frontEnd: FrontEnd, text: string): Registered {
  const document = parse(text);
  const operations = document.definitions.filter((it) => it.kind === Kind.OPERATION_DEFINITION);
  const name = operations[0]?.name?.value;
  if (operations.length !== 1 || name === undefined)
    throw wrong(frontEnd, text.slice(0, 60), "one operation with a name", `${operations.length}`);
  const [error] = validate(schema, document, specifiedRules);
  if (error) throw wrong(frontEnd, name, "an operation of this graph", error.message);
  const measures = measure(schema, text, document);
  for (const [what, most] of Object.entries(ceilings) as [keyof Measures, number][])
    if (measures[what] > most) throw wrong(frontEnd, name, `at most ${most} ${what}`, String(measures[what]));
  return { name, frontEnd, hash: hashOf(text), ...measures, document: text };
}

function wrong(frontEnd: string, name: string, expected: string, got: string): HubError {
  return new HubError({
    code: "SETTINGS_INVALID",
    class: "settings",
    message: `The operation ${name} of ${frontEnd}: expected ${expected}, got ${got}.`,
    detail: { pointer: `${frontEnd}/${name}`, expected, got },
  });
}
