/** What somebody must see and must not, computed from the transcribed cells and the scenario alone. */
import { type Actor, cells, fieldLabels, type Label, limits, personLabels, purposes, recordTypes, schemeLabels } from "./cells";
import { type Agreement, addDays, agreements, approvals, objections, type Person, people, shares, today, transfers } from "./scenario";

/** A caller, as the token says it; the same words as the claims. */
export interface Caller {
  readonly name: string;
  readonly role: string;
  readonly org?: string;
  /** Name of the person in the scenario whose account it is. */
  readonly person?: string;
  readonly act?: string;
  readonly scope?: string;
  readonly aal: number;
  readonly purpose: string;
}

const actorsByRole: Readonly<Record<string, readonly Actor[]>> = {
  self: ["SELF"],
  passport: ["PASS"],
  hr: ["LEHR", "HOHR"],
  oh: ["OHL", "OHR"],
  learning: ["L&D"],
  recruitment: ["RECR"],
  nhse: ["NHSE"],
  "data-quality": ["TDQ"],
  "trust-admin": ["TRUSTADM"],
  "information-governance": ["IGO"],
  "vendor-lms": ["VLMS"],
  "vendor-oh": ["VOH"],
  esr: ["ESR"],
  ops: ["OPS"],
  auditor: ["AUD"],
};
export const actorsOf = ({ role, act }: Caller): readonly Actor[] =>
  role === "self" && act !== undefined ? ["PASS"] : (actorsByRole[role] ?? []);

/** What of the world the conditions ask about; a check may put other facts in place of the scenario's. */
export interface Facts {
  readonly person: Person;
  readonly agreements: readonly Agreement[];
  readonly shares: readonly { readonly person: string; readonly to: string; readonly labels: readonly string[] }[];
  readonly transfers: readonly { readonly person: string; readonly to: string; readonly labels: readonly string[] }[];
  readonly objections: readonly { readonly person: string; readonly labels: readonly string[] }[];
  /** Two accounts have a claim on these people's records. */
  readonly frozen?: readonly string[];
  readonly restrictions?: readonly { readonly person: string; readonly controller: string; readonly labels: readonly string[] }[];
  readonly delegations: readonly { readonly person: string; readonly client: string; readonly labels: readonly string[] }[];
}
export interface Movement extends Omit<Facts, "person"> {
  /** In place of the scenario's: what a check has changed about somebody. */
  readonly people?: readonly Person[];
}
export const factsOf = (person: string, movement: Movement): Facts => ({
  ...movement,
  person: (movement.people ?? people).find(({ name }) => name === person)!,
});
export const scenarioMovement: Movement = { agreements, shares, transfers, objections, delegations: approvals };

const employing = ["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK", "PRE_HIRE"];
const placing = ["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"];

/** 2, and 3 for health data by staff, operations and auditors. */
export function levelOf(actor: Actor, label: Label): number {
  if (actor === "OPS" || actor === "AUD") return 3;
  return (label === "R4" || label === "R5") && actor !== "SELF" && actor !== "PASS" ? 3 : 2;
}

interface Question {
  readonly caller: Caller;
  readonly actor: Actor;
  readonly label: Label;
  readonly controller: string;
  readonly facts: Facts;
}

const conditions: Readonly<Record<string, (question: Question) => boolean>> = {
  tenant: ({ caller, controller }) => caller.org === controller,
  self: ({ caller, facts }) => caller.person === facts.person.name && !facts.frozen?.includes(facts.person.name),
  emp: ({ caller, facts }) =>
    facts.person.service.some(
      ({ org, kind, from, to, starts }) =>
        org === caller.org &&
        employing.includes(kind) &&
        from <= today &&
        (kind === "PRE_HIRE" ? today < addDays(starts!, 30) : to === undefined || today < addDays(to, 31)),
    ),
  place: ({ caller, facts }) =>
    [
      ...facts.person.service.filter(({ kind }) => placing.includes(kind)),
      ...(facts.person.placed ?? []).map(({ host, from, to }) => ({ org: host, from, to })),
    ].some(({ org, from, to }) => org === caller.org && to !== undefined && addDays(from, -91) <= today && today < addDays(to, 15)),
  offer: ({ caller, facts }) =>
    facts.person.service.some(
      ({ org, kind, from, starts }) => org === caller.org && kind === "PRE_HIRE" && from <= today && today < addDays(starts!, 14),
    ),
  transfer: ({ caller, facts, label }) =>
    label !== "R4" &&
    !objects(facts, label) &&
    facts.transfers.some((it) => it.person === facts.person.name && it.to === caller.org && it.labels.includes(label)),
  wsa: ({ caller, facts, label, controller }) =>
    !objects(facts, label) &&
    facts.agreements.some(
      (it) =>
        it.controller === controller &&
        it.reader === caller.org &&
        it.signed === "both" &&
        it.labels.includes(label) &&
        it.from <= today &&
        (it.to === undefined || today <= it.to),
    ),
  share: ({ caller, facts, label }) =>
    // Of health data a later objection closes a share, and so does a second claim on the record.
    !((label === "R4" || label === "R5") && (objects(facts, label) || facts.frozen?.includes(facts.person.name))) &&
    facts.shares.some((it) => it.person === facts.person.name && it.to === caller.org && it.labels.includes(label)),
  deleg: ({ caller, facts }) => facts.delegations.some((it) => it.person === facts.person.name && it.client === caller.act),
  scope: ({ caller, facts, label }) =>
    (caller.scope ?? "").split(" ").includes(label) &&
    facts.delegations.some((it) => it.person === facts.person.name && it.client === caller.act && it.labels.includes(label)),
  aal: ({ caller, actor, label }) => caller.aal >= levelOf(actor, label),
  "¬objection": ({ facts, label }) => !objects(facts, label),
  programme: ({ facts }) =>
    facts.person.service.some(({ kind, from, to }) => kind === "LEAD_EMPLOYER" && from <= today && (to === undefined || today <= to)) ||
    [...facts.person.service.filter(({ kind }) => kind === "HOST_PLACEMENT"), ...(facts.person.placed ?? [])].some(
      ({ from, to }) => to !== undefined && addDays(from, -91) <= today && today < addDays(to, 15),
    ),
  identifiers: ({ caller, controller }) => caller.org === controller,
};
const objects = (facts: Facts, label: Label) => facts.objections.some((it) => it.person === facts.person.name && it.labels.includes(label));

/** Splits at a sign outside brackets. */
function parts(text: string, sign: string): string[] {
  const found: string[] = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (char === sign && depth === 0) found.push("");
    else found[found.length - 1] += char;
  }
  return found;
}
function holds(text: string, question: Question): boolean {
  if (parts(text, "∨").length > 1) return parts(text, "∨").some((one) => holds(one, question));
  if (parts(text, "·").length > 1) return parts(text, "·").every((one) => holds(one, question));
  if (text.startsWith("(")) return holds(text.slice(1, -1), question);
  const condition = conditions[text];
  if (!condition) throw new Error(`no condition ${text}`);
  return condition(question);
}

/** A share of training or immunisations says whose they are: name and registration, to occupational health the day of birth. */
function carried(caller: Caller, actor: Actor, facts: Facts, type: string, field: string): boolean {
  const related = ["LEHR", "OHL"].includes(actor) ? "emp" : ["HOHR", "OHR"].includes(actor) ? "place" : undefined;
  if (related === undefined || !conditions[related]!({ caller, actor, label: "R1", controller: "", facts }) || caller.aal < 2) return false;
  if (!(["R3", "R5"] as const).some((label) => conditions.share!({ caller, actor, label, controller: "", facts }))) return false;
  if (!caller.purpose.split(" ").some((purpose) => purposes[purpose]?.[actor]?.includes("R1"))) return false;
  if (type === "BirthDate") return actor === "OHL" || actor === "OHR";
  return (
    type === "Name" || (type === "Identifier" && field === "GMC") || (type === "ProfessionalRegistration" && carriedFields.includes(field))
  );
}
const carriedFields = ["id", "controller", "body", "number"];

/** Actors of the caller to whom records with this label of this controller are open. */
export function openTo(caller: Caller, label: Label, controller: string, facts: Facts): Actor[] {
  const restricted = facts.restrictions?.some(
    (it) => it.person === facts.person.name && it.controller === controller && it.labels.includes(label),
  );
  if (restricted) return [];
  return actorsOf(caller).filter((actor) => {
    const cell = cells[actor][label];
    if (cell === undefined || !holds(cell, { caller, actor, label, controller, facts })) return false;
    return caller.purpose.split(" ").some((purpose) => purposes[purpose]?.[actor]?.includes(label));
  });
}

export type Verdict = "must" | "may" | "must not";

/** Training that a transfer alone opens: national competences and nothing else. */
export function opensTraining(caller: Caller, controller: string, facts: Facts, national: boolean): boolean {
  return openTo(caller, "R3", controller, national ? facts : { ...facts, transfers: [] }).length > 0;
}

/** One field of one thing about a person at a controller: `type` is a record type, Name, BirthDate or Identifier (field: its scheme). */
export function verdict(caller: Caller, person: string, controller: string, type: string, field: string, movement: Movement): Verdict {
  const facts = factsOf(person, movement);
  const record = recordTypes[type]?.label ?? (type === "Identifier" ? (schemeLabels[field] ?? "R2") : "R1");
  const label = fieldLabels[`${type}.${field}`] ?? record;
  // A record that only a health system of the organisation knows of opens nothing but health.
  const systems = facts.person.known[controller as keyof Person["known"]] ?? [];
  const healthOnly = systems.length > 0 && systems.every((one) => one === "oh");
  let best: Verdict = "must not";
  const open = openTo(caller, record, controller, facts);
  // Finished learning is no national competence: a transfer does not carry it.
  if (type === "Achievement" && !opensTraining(caller, controller, facts, false)) return "must not";
  const fieldOpen = label === record ? open : openTo(caller, label, controller, facts);
  for (const actor of open) {
    if (!fieldOpen.includes(actor) && fieldOpen.length === 0) continue;
    if (healthOnly && label !== "R4" && label !== "R5" && !["SELF", "PASS", "OHL", "OHR"].includes(actor)) continue;
    const limit = limits[actor]?.[type];
    if (limit === undefined && type === "BirthDate" && ["HOHR", "L&D", "NHSE", "ESR"].includes(actor)) continue;
    if (limit === undefined || limit.must.includes(field)) return "must";
    if (limit.may?.includes(field)) best = "may";
  }
  // Whether a name or a number is meant by "registration" beside its origin is not said: it is allowed, and not demanded.
  if (!healthOnly && actorsOf(caller).some((actor) => carried(caller, actor, facts, type, field))) return "may";
  if (
    type === "ProfessionalRegistration" &&
    ["provenance", "connectedSystem", "state"].includes(field) &&
    actorsOf(caller).some((actor) => carried(caller, actor, facts, type, "number"))
  )
    return "may";
  return best;
}

/** Whether the person may be found at all by this caller: something, of some controller, is open. */
export function visible(caller: Caller, person: string, movement: Movement): boolean {
  const facts = factsOf(person, movement);
  return Object.keys(facts.person.known).some((controller) =>
    personLabels.some((label) => openTo(caller, label, controller, facts).length > 0),
  );
}
