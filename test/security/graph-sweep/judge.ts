/** What an answer holds against what it must not: canaries anywhere in its bytes, and every field of every typed object in it. */
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from "graphql";
import { type Origin, originText } from "./canary";
import { recordTypes } from "./cells";
import { actorsOf, type Caller, factsOf, type Movement, opensTraining, openTo, verdict, visible } from "./expect";
import type { Answer, SweepHub } from "./hub";
import { organisations } from "./scenario";

/** Whose a record is, by its id. */
export type Owners = ReadonlyMap<string, { readonly person: string; readonly controller: string }>;

export async function ownersOf(sweep: SweepHub): Promise<Owners> {
  const owners = new Map<string, { person: string; controller: string }>();
  for (const { table } of Object.values(recordTypes)) {
    for (const row of await sweep.sql(
      `select id, staff_member_id as staff, controller_org as controller from ${table} where staff_member_id is not null`,
    )) {
      owners.set(row.id, { person: sweep.population.nameOf.get(row.staff)!, controller: row.controller });
    }
  }
  return owners;
}

export interface Judged {
  readonly leaks: readonly string[];
  readonly seen: readonly Origin[];
  /** Coordinates that were answered with something. */
  readonly answered: ReadonlySet<string>;
}

export interface Judging {
  readonly schema: GraphQLSchema;
  readonly owners: Owners;
  readonly sweep: SweepHub;
  readonly movement: Movement;
}

const healthStandards = new Set(["WORK_HEALTH", "EXPOSURE_PRONE"]);
const is = (caller: Caller, ...actors: readonly string[]) => actorsOf(caller).some((actor) => actors.includes(actor));
const something = (value: unknown) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);

interface Place {
  readonly person?: string;
  /** Below `operations`: how the hub is doing, where a trust's administrator reads the trust's own settings. */
  readonly working?: boolean;
}

/** Whether a canary may stand in an answer to this caller. */
export function mayStand(caller: Caller, origin: Origin, movement: Movement): boolean {
  const { person, controller, type, field } = origin;
  if (type.startsWith("Health")) {
    const facts = factsOf(person, movement);
    return openTo(caller, "R5", controller, facts).length > 0;
  }
  // One course is one course, whoever finished it: its name stands on the worklist of the trust that has to map it.
  if (type === "Achievement" && is(caller, "TRUSTADM") && caller.org === controller) return true;
  if (type === "Achievement" && field !== "completedOn" && is(caller, "OPS")) return true;
  if (type.endsWith("Competence")) return opensTraining(caller, controller, factsOf(person, movement), type === "NationalCompetence");
  return verdict(caller, person, controller, type, field, movement) !== "must not";
}

export function judge(judging: Judging, caller: Caller | undefined, answer: Answer): Judged {
  const { sweep, movement, schema } = judging;
  const leaks: string[] = [];
  const answered = new Set<string>();
  const everything = `${answer.text}\n${answer.headers}\n${decodedCursors(answer.text)}`;
  const seen = sweep.canaries.in(everything);
  const who = caller?.name ?? "nobody";
  if (!caller) {
    if (answer.status !== 401 || seen.length > 0) leaks.push(`${who}: answered ${answer.status}`);
    return { leaks, seen, answered };
  }
  for (const origin of seen) if (!mayStand(caller, origin, movement)) leaks.push(`${who} sees ${originText(origin)}`);
  if (answer.json?.data) visit(schema.getQueryType()!, answer.json.data, {});
  return { leaks, seen, answered };

  function visit(type: GraphQLObjectType, value: Record<string, unknown>, above: Place): void {
    const place = placeOf(type, value, above);
    const complaint = objectComplaint(judging, caller!, type.name, value, place);
    if (complaint) leaks.push(`${who}: ${complaint}`);
    for (const [key, field] of Object.entries(value)) {
      if (!something(field)) continue;
      const coordinate = `${type.name}.${key}`;
      answered.add(coordinate);
      const wrong = fieldComplaint(judging, caller!, type.name, key, value, place);
      if (wrong) leaks.push(`${who}: ${coordinate} ${wrong}`);
      const below = type.getFields()[key] && getNamedType(type.getFields()[key]!.type);
      if (!isObjectType(below)) continue;
      for (const one of Array.isArray(field) ? field : [field])
        if (one !== null && typeof one === "object") visit(below, one as Record<string, unknown>, place);
    }
  }

  function placeOf(type: GraphQLObjectType, value: Record<string, unknown>, above: Place): Place {
    if (type.name === "Operations" || type.name === "HeldSnapshot") return { ...above, working: true };
    if (type.name === "StaffMember" && typeof value.id === "string")
      return { ...above, person: sweep.population.nameOf.get(value.id) ?? "?" };
    return above;
  }
}

/** The whole object must not be there. */
function objectComplaint(
  { movement, owners, sweep }: Judging,
  caller: Caller,
  type: string,
  value: Record<string, unknown>,
  { person }: Place,
): string | undefined {
  const open = (...labels: ("R1" | "R2" | "R3" | "R5" | "R7")[]) =>
    person !== undefined &&
    organisations.some((org) => labels.some((label) => openTo(caller, label, org, factsOf(person, movement)).length > 0));
  switch (type) {
    case "StaffMember":
      return person === undefined || !visible(caller, person, movement) ? `finds ${person}` : undefined;
    case "Learning":
      return open("R3") ? undefined : `Learning of ${person}`;
    case "Checks":
      return open("R1", "R7") ? undefined : `Checks of ${person}`;
    case "Readiness":
    case "Placement":
      return open("R2") ? undefined : `${type} of ${person}`;
    case "Health":
      return open("R5") || value.sources === undefined || JSON.stringify(value.sources) === oneRefusedLine(value.sources)
        ? undefined
        : `sources of health of ${person}`;
    case "ReadinessItem":
      return healthStandards.has(value.standard as string) && !is(caller, "SELF", "OHL", "OHR") ? `health item of ${person}` : undefined;
    case "Operations":
      return is(caller, "TRUSTADM", "OPS") ? undefined : "reads how the hub is doing";
    case "Account":
      return value.staffMemberId === undefined || mayTakeBack(caller, sweep.population.nameOf.get(value.staffMemberId as string), movement)
        ? undefined
        : "reads whose login somebody is";
    case "Approval":
      return mayDecide(caller, value) ? undefined : `sees a request for ${value.act}`;
    case "RefusedPayload":
      // Nobody of the sweep has asked for one and had a second person's yes.
      return "sees a refused payload";
    case "Rotation":
    case "RotationSummary":
      return is(caller, "LEHR", "OHL") ? undefined : "reads a rotation";
    case "StaffMemberConnection":
      return is(caller, "LEHR", "OHL", "L&D", "RECR") ? undefined : "lists people";
    default:
      return type in recordTypes && typeof value.id === "string" && !owners.has(value.id) ? `${type} of nobody` : undefined;
  }
}

/** Who may do an act may say yes to another's: each of its own organisation, the ESR team of all. */
function mayDecide(caller: Caller, { act, organisation }: Record<string, unknown>): boolean {
  if (act === undefined) return true;
  const whose = (organisation as { odsCode?: string } | null | undefined)?.odsCode ?? caller.org;
  if (caller.aal < 3) return false;
  if (act === "break-glass") return is(caller, "OPS");
  return whose === caller.org && is(caller, act === "release-health" || act === "match-health" ? "OHL" : "IGO");
}

/** The person, and the employer's HR: nobody else sees which logins there are. */
function mayTakeBack(caller: Caller, person: string | undefined, movement: Movement): boolean {
  if (person === undefined) return false;
  if (is(caller, "SELF") && caller.person === person) return true;
  return is(caller, "LEHR") && openTo(caller, "R1", caller.org ?? "", factsOf(person, movement)).includes("LEHR");
}

/** Exactly one line, whatever else the operation asked of it. */
function oneRefusedLine(sources: unknown): string {
  const [first] = Array.isArray(sources) ? (sources as Record<string, unknown>[]) : [];
  if (!first) return "none";
  return JSON.stringify([Object.fromEntries(Object.keys(first).map((key) => [key, key === "state" ? "NOT_PERMITTED" : null]))]);
}

function fieldComplaint(
  { movement, owners }: Judging,
  caller: Caller,
  type: string,
  field: string,
  value: Record<string, unknown>,
  { person, working }: Place,
): string | undefined {
  if (type in recordTypes && typeof value.id === "string") {
    const owner = owners.get(value.id);
    if (!owner || field === "id" || field === "controller") return undefined;
    return verdict(caller, owner.person, owner.controller, type, field, movement) === "must not"
      ? `of ${owner.person} at ${owner.controller}`
      : undefined;
  }
  if (type === "StaffMember" && field === "traces") return is(caller, "SELF", "LEHR", "OHL") ? undefined : `of ${person}`;
  // Who looked is the person's, and a front-end's for the person; an organisation's audit its auditor's.
  if (type === "StaffMember" && field === "accessHistory") return is(caller, "SELF", "PASS") ? undefined : `of ${person}`;
  if (type.startsWith("Audited")) return is(caller, "AUD") ? undefined : "what an organisation is a party in";
  if (type.startsWith("AuditEvent")) return is(caller, "AUD") ? undefined : "an organisation's audit";
  if (working && caller.org !== undefined && is(caller, "TRUSTADM")) {
    const said = value[field];
    const foreign = organisations.filter((org) => org !== caller.org);
    if (typeof said === "string" && foreign.some((org) => said === org || said.startsWith(`${org.toLowerCase()}-`)))
      return "names another trust's";
  }
  return undefined;
}

/** Cursors are base64: what they hold is part of the answer. */
function decodedCursors(text: string): string {
  return [...text.matchAll(/"(?:cursor|startCursor|endCursor)":"([^"]+)"/g)]
    .map(([, cursor]) => `${Buffer.from(cursor!, "base64url").toString()} ${Buffer.from(cursor!, "base64").toString()}`)
    .join("\n");
}
