import { Arg, Ctx, FieldResolver, GraphQLISODateTime, Resolver, Root } from "type-graphql";
import { type Dose, groupDoses } from "../../recognition/doses";
import { vaccineOf } from "../../schema/codes/vaccines";
import { Clearance } from "../../schema/health/clearance";
import { ClinicalTest } from "../../schema/health/clinical-test";
import { Immunisation } from "../../schema/health/immunisation";
import { Observation } from "../../schema/health/observation";
import { RecordState } from "../../schema/record";
import type { ReadRecord } from "../../store/read/part";
import { type HealthRow, healthAsOf, healthPart } from "../../store/read/parts";
import { asOfSays, type Moment, momentOf, validOnSays } from "../kit/as-of";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { Mask } from "../kit/records";
import { forbidden } from "../kit/refusals";
import { sourcesOf } from "../kit/sources";
import { standingsOf } from "./standing";
import { type DoseStatement, Health, StaffMember } from "./types";

type Rows = readonly ReadRecord[] | null;
interface HealthValue extends Health {
  /** Nothing of this part is for the caller. */
  readonly refused: boolean;
  readonly lists: { readonly immunisations: Rows; readonly clinicalTests: Rows; readonly observations: Rows; readonly clearances: Rows };
}

// Who may not see immunisations learns nothing of the systems either: sources carry the stricter label.
const part = { part: "health", kinds: ["immunisation", "clinical-test", "observation", "clearance"], system: "oh", label: "R5" } as const;

export async function healthReference(id: string, context: RequestContext): Promise<{ id: string; person: VisiblePerson } | null> {
  const person = await context.person(id);
  return person ? { id, person } : null;
}

const statements = { name: "health", now: healthPart, past: healthAsOf };

async function loadHealth(person: VisiblePerson, context: RequestContext, moment: Moment): Promise<HealthValue> {
  const { scope } = person;
  const mask = new Mask(context, scope);
  const detail = scope.may("R5");
  const cleared = scope.may("R4");
  // Asked at one instant after the other, outcomes would tell when each was decided: only to whoever may see that of all.
  const dated = scope.controllers("R4").every((controller) => mask.may("clearance", controller, "decidedOn"));
  const outcome = cleared && (moment.at === undefined || dated);
  const row = detail || outcome ? await context.partAt<HealthRow>(statements, ["R4", "R5"], person, moment) : undefined;
  const lists = {
    immunisations: detail ? dosesOf(mask.records("immunisation", "immunisations", row?.immunisation)) : mask.withhold("immunisations"),
    clinicalTests: detail ? mask.records("clinical-test", "clinicalTests", row?.["clinical-test"]) : mask.withhold("clinicalTests"),
    observations: detail ? mask.records("observation", "observations", row?.observation) : mask.withhold("observations"),
    clearances: outcome ? clearancesOf(mask, row?.clearance, moment.day) : mask.withhold("clearances"),
  };
  return { refused: !detail && !cleared, lists, sources: sourcesOf(context, person, part), withheld: mask.withheld };
}

type DoseRow = NonNullable<HealthRow["immunisation"]>[number];
type ShownDose = DoseRow & Pick<DoseStatement, "controller">;

/** One item for each dose, whoever tells of it, the newest first. */
function dosesOf(rows: readonly DoseRow[]): ReadRecord[] {
  const toGroup = (rows as readonly ShownDose[]).map((row) => ({
    id: row.id,
    vaccine: row.vaccine,
    givenOn: row.givenOn,
    withdrawn: row.sourceState === RecordState.WITHDRAWN,
    authoritative: row.provenance?.pedigree === "Authoritative",
    row,
  }));
  return groupDoses(toGroup, (vaccine) => vaccineOf(vaccine)?.minimumIntervalDays ?? 1)
    .map(doseOf)
    .sort((a, b) => (a.givenOn < b.givenOn ? 1 : -1));
}

function doseOf({ givenOn, daysApart, disputed, statements }: Dose<{ readonly row: ShownDose }>) {
  const best = statements[0]!.row;
  return {
    ...best,
    // A number that only another source states is still known.
    dose: best.dose ?? statements.find(({ row }) => row.dose != null)?.row.dose ?? null,
    givenOn,
    daysApart,
    disputed,
    statements: statements.map(({ row }) => ({
      provenance: row.provenance,
      connectedSystem: row.connectionId,
      controller: row.controller,
      givenOn: row.givenOn,
      state: row.sourceState,
    })),
  };
}

/** The newest first. Who may not see when it was decided could not tell an older word from the present one, so is not shown it. */
function clearancesOf(mask: Mask, rows: HealthRow["clearance"] | undefined, day: string): ReadRecord[] {
  const all = [...(rows ?? [])].sort((a, b) => ((a.decidedOn ?? "") < (b.decidedOn ?? "") ? 1 : -1));
  const standings = standingsOf(all, day, (a, b) => a.clearedForRole === b.clearedForRole);
  const dated = (row: ReadRecord) => mask.may("clearance", row.controllerOrg, "decidedOn");
  const shown = mask
    .records("clearance", "clearances", all)
    .map((row, index) => ({ ...row, standing: standings[index]! }))
    .filter((row) => row.standing !== "SUPERSEDED" || dated(row));
  // Which of them is the newer would tell when they were decided.
  return shown.every(dated) ? shown : shown.sort((a, b) => (a.id < b.id ? -1 : 1));
}

@Resolver(() => StaffMember)
export class HealthOfStaffMemberResolver {
  @FieldResolver(() => Health, { nullable: true, description: "Occupational health." })
  async health(
    @Root() root: { readonly person: VisiblePerson },
    @Arg("asOf", () => GraphQLISODateTime, { nullable: true, description: asOfSays }) asOf: Date | null | undefined,
    @Arg("validOn", () => String, { nullable: true, description: validOnSays }) validOn: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Health> {
    return loadHealth(root.person, context, momentOf(context, asOf, validOn));
  }
}

function listOf(health: HealthValue, name: keyof HealthValue["lists"]): Rows {
  if (health.refused) throw forbidden("health");
  return health.lists[name];
}

@Resolver(() => Health)
export class HealthResolver {
  @FieldResolver(() => [Immunisation], { nullable: true, description: "Vaccinations that were given." })
  immunisations(@Root() health: HealthValue): Rows {
    return listOf(health, "immunisations");
  }
  @FieldResolver(() => [ClinicalTest], { nullable: true, description: "Serology and screening results." })
  clinicalTests(@Root() health: HealthValue): Rows {
    return listOf(health, "clinicalTests");
  }
  @FieldResolver(() => [Observation], { nullable: true, description: "What occupational health has seen or stated." })
  observations(@Root() health: HealthValue): Rows {
    return listOf(health, "observations");
  }
  @FieldResolver(() => [Clearance], { nullable: true, description: "Occupational health's decisions, outcome only." })
  clearances(@Root() health: HealthValue): Rows {
    return listOf(health, "clearances");
  }
}
