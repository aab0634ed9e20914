/** Why somebody sees a part of a record or does not, in sentences for whoever answers for it. */
import type { ExplainedCondition, ExplainedPart, Ground } from "../../access/explain";
import type { Role } from "../../access/principal";
import { employmentGraceDays, offerGraceDays, placementGraceDays, placementLeadDays } from "../../access/tables";
import type { Actor, Condition } from "../../access/vocabulary";
import { addDays } from "../../platform/clock";
import type { Access } from "../../schema/registry";
import type { Explanation } from "../compose/explaining";

const roleNames: Readonly<Partial<Record<Role, string>>> = {
  self: "The person",
  passport: "A passport front-end, acting for the person",
  hr: "HR",
  oh: "Occupational health",
  learning: "Learning and development",
  recruitment: "Recruitment",
  "data-quality": "Data quality",
  "trust-admin": "An administrator",
  "information-governance": "Information governance",
  nhse: "NHS England, as supervisor of training",
  ops: "The ESR team",
  auditor: "An auditor",
  esr: "The ESR interface",
};
const partNames: Readonly<Partial<Record<Access, string>>> = {
  R1: "personal details",
  R2: "employment",
  R3: "training",
  R4: "clearance",
  R5: "immunisations",
  R7: "employment checks",
};
const cellNames: Readonly<Partial<Record<Actor, string>>> = {
  SELF: "the person",
  PASS: "front-end for the person",
  LEHR: "the employer's HR",
  HOHR: "a host's HR",
  OHL: "the employer's occupational health",
  OHR: "a host's occupational health",
};
const kinds: Readonly<Record<string, string>> = {
  SUBSTANTIVE: "employed",
  LEAD_EMPLOYER: "employed as doctor in training (lead employer)",
  LOCALLY_EMPLOYED: "locally employed",
  BANK: "bank worker",
  PRE_HIRE: "offer accepted",
  HOST_PLACEMENT: "placed by the lead employer",
  SECONDMENT_IN: "seconded there",
  HONORARY: "honorary contract",
};
const masters: Readonly<Record<string, string>> = { ESR: "says ESR", FEED: "says the placement feed", HR: "says HR" };

export function dayText(day: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

interface Words {
  readonly yes: string;
  readonly no: string;
}
/** What each condition means, when it holds and when it does not. */
const said: Readonly<Partial<Record<Condition, Words>>> = {
  tenant: { yes: "the record is the organisation's own", no: "the record is another organisation's" },
  self: { yes: "it is the person's own record", no: "it is not the person's own record" },
  emp: {
    yes: `the organisation employs the person, or has an accepted offer (until ${employmentGraceDays} days after the end)`,
    no: "the organisation does not employ the person on this day",
  },
  place: {
    yes: `the person works there as a guest (from ${placementLeadDays} days before to ${placementGraceDays} days after, if no agreement says otherwise)`,
    no: "the person has no placement, secondment or honorary contract with an end there, on this day",
  },
  offer: { yes: `an offer is accepted (until ${offerGraceDays} days after the start)`, no: "no offer is accepted on this day" },
  programme: { yes: "the person is in a training programme", no: "the person is in no training programme on this day" },
  transfer: { yes: "the person has said Yes to the transfer", no: "no transfer with the person's Yes is open" },
  wsa: { yes: "an agreement that both have signed lists this part", no: "no agreement in force between the two lists this part" },
  share: { yes: "the person shares this part with the organisation", no: "the person does not share this part with the organisation" },
  "share-carries": {
    yes: "the person shares training or immunisations, which say whose they are",
    no: "the person shares neither training nor immunisations with the organisation",
  },
  "no-objection": { yes: "the person has not objected", no: "the person has objected" },
  deleg: { yes: "the person lets this client act", no: "the person does not let this client act" },
  scope: { yes: "the person has approved this part for the client", no: "the person has not approved this part for the client" },
  "not-frozen": { yes: "one login belongs to the record", no: "two logins claim this record: it is frozen" },
};
/** Of every token alike; an explanation that supposes the best of them need not say so again. */
const ofTheToken: ReadonlySet<Condition> = new Set<Condition>(["aal2", "aal3", "purpose", "not-frozen"]);

function days({ from, until }: Ground): string {
  if (from === undefined) return "";
  return until === undefined
    ? ` from ${dayText(from)}`
    : from === until
      ? ` on ${dayText(from)}`
      : ` ${dayText(from)} to ${dayText(addDays(until, -1))}`;
}

function groundText(it: Ground): string {
  const by = it.by && masters[it.by] ? `, ${masters[it.by]}` : "";
  switch (it.what) {
    case "agreement":
      return `agreement ${it.by ?? "without reference"}${days(it)}${it.kind === "NOT_SIGNED" ? ", not signed by both" : ""}`;
    case "share":
      return `share${days(it)}`;
    case "objection":
      return `objection of ${dayText(it.from!)}`;
    case "approval":
      return `approval of ${it.by}${days(it)}`;
    case "transfer":
      return `${it.by === "YES" ? "Yes" : it.by === "NO" ? "No" : "no answer yet"}, offer accepted ${dayText(it.from!)}`;
    default:
      return `${kinds[it.kind ?? ""] ?? it.kind}${days(it)}${by}`;
  }
}

const mostGrounds = 4;
function conditionText({ condition, holds, grounds }: ExplainedCondition): string {
  const words = said[condition];
  const text = words ? (holds ? words.yes : words.no) : `${holds ? "" : "not "}${condition}`;
  const shown = grounds.slice(-mostGrounds).map(groundText);
  return `${holds ? "yes" : "no "}  ${text}${shown.length > 0 ? ` [${shown.join("; ")}]` : ""}`;
}

/** What every way needs, then the way that opens; where none does, all of them. */
function reasonLines(part: ExplainedPart): string[] {
  if (part.actor === undefined) return ["no cell of the access table opens it to this role, whatever anybody agrees or shares"];
  const worthTelling = (it: ExplainedCondition) => !ofTheToken.has(it.condition) || !it.holds;
  const all = (way: readonly ExplainedCondition[]) => way.every(({ holds }) => holds);
  const restricted = part.restricted ? ["no   the controller has restricted the processing of this part"] : [];
  const common = part.conditions.filter(worthTelling).map(conditionText);
  const opening = part.ways.find(all);
  const ways = opening ? [opening] : part.ways;
  const told = ways.map((way) => way.filter(worthTelling).map(conditionText));
  if (opening || told.length === 1) return [...restricted, ...common, ...told.flat()];
  return [...restricted, ...common, ...(told.length > 0 ? ["and none of these:"] : []), ...told.map((way) => `  ${way.join("; ")}`)];
}

function whenText({ effect, since, turnsOn }: ExplainedPart): string {
  const begin = since === undefined ? "" : ` since ${dayText(since)}`;
  const end =
    turnsOn === undefined
      ? effect === "allow"
        ? ", with no known end"
        : ""
      : `; ${effect === "allow" ? "closes" : "opens"} on ${dayText(turnsOn)}`;
  return `${begin}${end}`;
}

function extentText(part: ExplainedPart): string {
  if (part.effect !== "allow") return "";
  const national = part.rows === "national" ? " (national competences only)" : "";
  return part.fields
    ? `${national} (only ${part.fields.slice(0, 6).join(", ")}${part.fields.length > 6 ? " and the like" : ""})`
    : national;
}

/** Parts of one controller that stand on the same are told together. */
export function explanationText(it: Explanation, nameOf: (odsCode: string) => string): string {
  const who = `${roleNames[it.role] ?? it.role}${it.organisation ? ` of ${nameOf(it.organisation)}` : ""}`;
  const lines = [
    `${who} and the record of ${it.person}, on ${dayText(it.on)} (policy ${it.policyVersion}).`,
    "Signed in at the highest level for all that the role is for; a token may have less. No record was read.",
  ];
  for (const controller of [...new Set(it.parts.map(({ controllerOrg }) => controllerOrg))]) {
    lines.push("", `Held by ${nameOf(controller)}:`);
    const groups = new Map<string, { readonly labels: Access[]; readonly part: ExplainedPart }>();
    for (const part of it.parts.filter(({ controllerOrg }) => controllerOrg === controller)) {
      const key = [part.effect, part.actor, extentText(part), whenText(part), ...reasonLines(part)].join("\n");
      const group = groups.get(key);
      if (group) group.labels.push(part.label);
      else groups.set(key, { labels: [part.label], part });
    }
    for (const { labels, part } of groups.values()) {
      const names = labels.map((label) => partNames[label] ?? label).join(", ");
      const cell = part.actor ? `, as ${cellNames[part.actor] ?? part.actor} (${part.actor} ${labels.join(" ")})` : "";
      lines.push(`  ${part.effect === "allow" ? "OPEN  " : "CLOSED"}  ${names}${extentText(part)}${whenText(part)}${cell}`);
      for (const line of reasonLines(part)) lines.push(`            ${line}`);
    }
  }
  if (it.parts.length === 0) lines.push("", "No organisation holds anything about the person that could be opened.");
  return lines.join("\n");
}
