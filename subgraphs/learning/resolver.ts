import { Arg, Ctx, FieldResolver, GraphQLISODateTime, Resolver, Root } from "type-graphql";
import { isDay } from "../../platform/clock";
import { type AwardToGroup, type Group, groupAwards } from "../../recognition/grouping";
import { RecordState } from "../../schema/record";
import { type LearningRow, learningAsOf, learningPart } from "../../store/read/parts";
import { asOfSays, type Moment, momentOf, validOnSays } from "../kit/as-of";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { echoesOf, esrOfAward, esrOfStatement, type LedgerOfPerson } from "../kit/esr";
import { CompetenceStatus } from "../kit/reasons";
import { Mask, provenanceOf } from "../kit/records";
import { badInput, forbidden } from "../kit/refusals";
import { sourcesOf } from "../kit/sources";
import { standingOf } from "./status";
import { type Attestation, Competence, Learning, StaffMember } from "./types";

type AwardRow = NonNullable<LearningRow["competence-award"]>[number];
interface Award extends AwardToGroup {
  readonly row: AwardRow;
}
interface LearningValue extends Learning {
  /** Undefined: told for an instant of the past, of which nobody says how far an award had come. */
  readonly ledger: LedgerOfPerson | undefined;
  readonly groups: readonly Group<Award>[];
  /** Organisation whose renewal period applies when the question names none. */
  readonly defaultOrganisation: string | undefined;
}

const part = { part: "learning", kinds: ["competence-award", "achievement"], system: "lms", label: "R3" } as const;

/** A representation or null: nobody is told whether somebody exists whom they may not see. */
export async function learningReference(id: string, context: RequestContext): Promise<{ id: string; person: VisiblePerson } | null> {
  const person = await context.person(id);
  return person ? { id, person } : null;
}

const statements = { name: "learning", now: learningPart, past: learningAsOf };

async function loadLearning(person: VisiblePerson, context: RequestContext, moment: Moment): Promise<LearningValue> {
  const row = await context.partAt<LearningRow>(statements, ["R3"], person, moment);
  const mask = new Mask(context, person.scope);
  const esr = new Set(
    context.environment.connectors.filter((it) => it.delivers.some(({ system }) => system === "esr")).map((it) => it.name),
  );
  const awards = (row?.["competence-award"] ?? []).map(
    (it): Award => ({
      id: it.id,
      competence: it.competence,
      awardedOn: it.awardedOn,
      withdrawn: it.sourceState === RecordState.WITHDRAWN,
      authoritative: it.provenance.pedigree === "Authoritative",
      fromEsr: esr.has(context.connection(it.connectionId)?.connector ?? ""),
      row: it,
    }),
  );
  const principal = await context.principal();
  const employers = person.known.facts.engagements.filter((it) => it.endsBefore === undefined || it.endsBefore > context.today);
  return {
    groups: groupAwards(awards),
    ledger: moment.at ? undefined : { deliveries: row?.deliveries ?? null, judgements: row?.judgements ?? null },
    achievements: mask.records("achievement", "achievements", row?.achievement),
    sources: sourcesOf(context, person, part),
    withheld: mask.withheld,
    defaultOrganisation: principal.org ?? employers[0]?.organisation,
  };
}

@Resolver(() => StaffMember)
export class LearningOfStaffMemberResolver {
  @FieldResolver(() => Learning, { nullable: true, description: "Training: competences and finished learning." })
  async learning(
    @Root() root: { readonly person: VisiblePerson },
    @Arg("asOf", () => GraphQLISODateTime, {
      nullable: true,
      description: `${asOfSays} Where an award stands towards ESR is not told then.`,
    })
    asOf: Date | null | undefined,
    @Arg("validOn", () => String, { nullable: true, description: validOnSays }) validOn: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Learning> {
    if (!root.person.scope.may("R3")) throw forbidden("learning");
    return loadLearning(root.person, context, momentOf(context, asOf, validOn));
  }
}

@Resolver(() => Learning)
export class LearningResolver {
  @FieldResolver(() => [Competence], { nullable: true, description: "Competences, one item for each award, whoever states it." })
  competences(
    @Root() learning: LearningValue,
    @Arg("status", () => [CompetenceStatus], {
      nullable: true,
      description: "Only these; all, also those of unknown status, when left out.",
    })
    status: CompetenceStatus[] | undefined,
    @Arg("forOrganisation", () => String, {
      nullable: true,
      description: "ODS code of the organisation whose renewal periods apply; the caller's own, else the employer's, when left out.",
    })
    forOrganisation: string | undefined,
    @Arg("on", () => String, { nullable: true, description: "Day to judge for, YYYY-MM-DD; today in London when left out." })
    on: string | undefined,
    @Ctx() context: RequestContext,
  ): Competence[] {
    if (on != null && !isDay(on)) throw badInput("on must be a day, YYYY-MM-DD");
    const day = on ?? context.today;
    const competences = learning.groups.map((group) =>
      competenceOf(
        context,
        learning.ledger,
        group,
        forOrganisation ?? learning.defaultOrganisation ?? group.awards[0]!.row.controllerOrg,
        day,
      ),
    );
    return status ? competences.filter((it) => it.status !== null && status.includes(it.status)) : competences;
  }
}

function competenceOf(
  context: RequestContext,
  ledger: LedgerOfPerson | undefined,
  group: Group<Award>,
  organisation: string,
  on: string,
): Competence {
  const [framework, subject, level, variant] = group.competence.split("|");
  const period = context.environment.periodFor(group.competence, organisation, on);
  const standing = standingOf(group.awardedOn, period, on, context.environment.expiringDays);
  return {
    competence: group.competence,
    framework: framework || null,
    subject: subject || null,
    level: level || null,
    variant: variant || null,
    awardedOn: group.awardedOn,
    daysApart: group.daysApart,
    ...(group.disputed ? { ...standing, status: null, statusReason: "SOURCES_DISAGREE" as const } : standing),
    renewalMonths: period?.months ?? null,
    renewalBasis: period?.basis ?? null,
    attestations: group.awards.map((award) => attestationOf(context, ledger, award)),
    esr: ledger ? esrOfAward(group.awards, ledger) : null,
  };
}

function attestationOf(context: RequestContext, ledger: LedgerOfPerson | undefined, award: Award): Attestation {
  const { row, fromEsr } = award;
  return {
    provenance: provenanceOf(context, row),
    connectedSystem: row.connectionId,
    controller: context.organisation(row.controllerOrg),
    name: row.name ?? null,
    awardedOn: row.awardedOn,
    heldByEsr: fromEsr,
    state: row.sourceState,
    returned: ledger ? echoesOf(ledger).has(row.id) : null,
    esr: ledger ? esrOfStatement(award, ledger) : null,
  };
}
