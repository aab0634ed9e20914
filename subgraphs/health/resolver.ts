import { Arg, Ctx, FieldResolver, GraphQLISODateTime, Resolver, Root } from "type-graphql";
import { Clearance } from "../../schema/health/clearance";
import { ClinicalTest } from "../../schema/health/clinical-test";
import { Immunisation } from "../../schema/health/immunisation";
import { Observation } from "../../schema/health/observation";
import type { ReadRecord } from "../../store/read/part";
import { type HealthRow, healthAsOf, healthPart } from "../../store/read/parts";
import { asOfSays, type Moment, momentOf, validOnSays } from "../kit/as-of";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { Mask } from "../kit/records";
import { forbidden } from "../kit/refusals";
import { sourcesOf } from "../kit/sources";
import { Health, StaffMember } from "./types";

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
  const detail = scope.may("R5");
  const outcome = scope.may("R4");
  const row = detail || outcome ? await context.partAt<HealthRow>(statements, ["R4", "R5"], person, moment) : undefined;
  const mask = new Mask(context, scope);
  const lists = {
    immunisations: detail ? mask.records("immunisation", "immunisations", row?.immunisation) : mask.withhold("immunisations"),
    clinicalTests: detail ? mask.records("clinical-test", "clinicalTests", row?.["clinical-test"]) : mask.withhold("clinicalTests"),
    observations: detail ? mask.records("observation", "observations", row?.observation) : mask.withhold("observations"),
    clearances: outcome ? mask.records("clearance", "clearances", row?.clearance) : mask.withhold("clearances"),
  };
  return { refused: !detail && !outcome, lists, sources: sourcesOf(context, person, part), withheld: mask.withheld };
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
