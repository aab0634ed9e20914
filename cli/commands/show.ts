import { randomUUID } from "node:crypto";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { healthSystems, policyVersion } from "../../access/tables";
import { problemText, sentence } from "../../schema/codes/problems";
import { healthKinds } from "../../schema/kinds";
import { commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";

interface ShowOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
}

const purposes: Purposes = { ops: ["SERVICE_OPERATION"], "trust-admin": ["SETTINGS"] };

/**
 * Where an id stands: kind, connection, state, versions, raw page, binding. Without names, dates of birth or values, and a
 * health record is just that: whoever may see more asks the graph with a token. Decided and audited like every other look.
 */
export async function show(output: Output, options: ShowOptions, id = ""): Promise<undefined> {
  const principal = commandLineAs(options.as ?? "ops", purposes, options.organisation);
  await withGraph(options, async (_, foundation) => {
    const shown = await foundation.store.show(id);
    const controllers = shown ? controllersOf(shown) : [];
    const allowed = (controllerOrg: string | undefined) =>
      decide(principal, "read", { label: "R8-trace", controllerOrg, staffMember: undefined }, noFacts, foundation.engine.clock.now())
        .effect === "allow";
    const may = shown !== undefined && (controllers.length > 0 ? controllers.every(allowed) : allowed(undefined));
    await foundation.store.audit([
      {
        requestId: randomUUID(),
        operation: "show",
        subject: principal.subject,
        ...(options.organisation ? { organisation: options.organisation } : {}),
        role: principal.role,
        purpose: principal.purposes.join(" "),
        decision: may ? "ALLOW" : "DENY",
        staffMembers: may && shown.is === "staff-member" ? [id.toLowerCase()] : [],
        kinds: ["trace"],
        controllers: may ? controllers : [],
        counts: { rows: may ? 1 : 0 },
        policyVersion,
      },
    ]);
    if (!may)
      throw new UsageError(
        `Nothing here has the id ${id}, or it is not for ${principal.role}. Ids of records, source persons and staff members can be shown.`,
      );
    const value = traceOf(shown);
    output.answer(value, () => lines(value, "").join("\n"));
  });
  return undefined;
}

function controllersOf(shown: Readonly<Record<string, unknown>>): string[] {
  const people = (shown.sourcePersons ?? []) as readonly { controller: string }[];
  return [...new Set([...(typeof shown.controller === "string" ? [shown.controller] : []), ...people.map((it) => it.controller)])];
}

/**
 * A vendor's key of a person or of a person's record may be a user name or a staff number: it stays inside. So does that an OH
 * system knows somebody, which is health data, and the content
 * hash of what is about a person: few outcomes are possible, and trying them all would find the one that it is of.
 */
export function traceOf(shown: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const {
    sourceKey: _key,
    sourceId,
    table,
    kind,
    records,
    sourcePersons,
    contentHash,
    provenance,
    validFrom,
    validTo,
    bindings,
    ...trace
  } = shown;
  const health = healthKinds.has(String(kind));
  const aboutPerson = shown.is !== "record" || shown.sourcePersonId != null;
  return {
    ...trace,
    ...(kind === undefined ? {} : { kind: health ? "health record" : kind }),
    ...(table === undefined || health ? {} : { table }),
    ...(health ? {} : defined({ provenance, validFrom, validTo })),
    ...(aboutPerson ? {} : defined({ sourceId, contentHash })),
    ...(Array.isArray(bindings) ? { bindings: bindings.map(withoutFreeText) } : {}),
    ...(Array.isArray(sourcePersons)
      ? { sourcePersons: sourcePersons.filter(({ system }) => !healthSystems.has(system)).map(({ sourceKey: _inner, ...rest }) => rest) }
      : {}),
    ...(shown.is === "refusal"
      ? { whoseMove: problemText(String(shown.code)).owner, next: sentence(problemText(String(shown.code)).next, shown) }
      : {}),
    ...(records ? { records: countsOf(records as Record<string, number>) } : {}),
  };
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What somebody wrote as a reason is for the trust whose people they are; that a person decided is not. */
function withoutFreeText(binding: {
  readonly reasons?: readonly { rule?: string }[];
  readonly endReason?: string | null;
}): Record<string, unknown> {
  const short = (text: string) => text.replace(/^(decided|unlinked):.*$/s, "$1 by a person");
  return {
    ...binding,
    ...(binding.reasons ? { reasons: binding.reasons.map((it) => ({ ...it, ...(it.rule ? { rule: short(it.rule) } : {}) })) } : {}),
    ...(binding.endReason ? { endReason: short(binding.endReason) } : {}),
  };
}

/** Whether and how much an OH system holds about one person is health data: a count carries the labels of what it counts. */
function countsOf(records: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(records).filter(([kind]) => !healthKinds.has(kind)));
}

function lines(value: unknown, indent: string): string[] {
  if (typeof value !== "object" || value === null) return [`${indent}${String(value)}`];
  return Object.entries(value).flatMap(([name, field]) => {
    if (field === null || field === undefined || (Array.isArray(field) && field.length === 0)) return [];
    if (field instanceof Date) return [`${indent}${name}: ${field.toISOString()}`];
    if (typeof field === "object")
      return [`${indent}${Array.isArray(value) ? `${Number(name) + 1}` : name}:`, ...lines(field, `${indent}  `)];
    return [`${indent}${name}: ${String(field)}`];
  });
}
