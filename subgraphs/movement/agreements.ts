/** Sharing agreements between two organisations: prepared by an administrator, signed by HR of both, ended by either. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { noFacts } from "../../access/facts";
import { addDays } from "../../platform/clock";
import { agreeableWords, wordsOf } from "../../schema/movement/record-types";
import { listSharingAgreements, type SharingAgreement as Row } from "../../store/movement/sharing-agreements";
import { type Change, readChanges } from "../../store/movement/who";
import type { RequestContext } from "../kit/context";
import { uuidPattern } from "../kit/paging";
import { forbidden, wrongInput } from "../kit/refusals";
import { asOrganisation, changed, historyOf, lastDayOf, mayReadGrants } from "./acting";
import { dayIn, EndAgreementInput, labelsIn, organisationIn, PrepareAgreementInput, reasonIn } from "./sharing-inputs";
import { SharingAgreement } from "./sharing-types";
import type { AgreementStateName } from "./sharing-words";
import { Organisation, type OrganisationValue } from "./types";

const longestReference = 120;
const mostDays = 365;

@Resolver(() => Organisation)
export class AgreementsOfOrganisationResolver {
  @FieldResolver(() => [SharingAgreement], {
    nullable: true,
    description:
      "Agreements in which the organisation takes part, on either side, the newest first; for its own administrators, HR and auditors.",
  })
  async sharingAgreements(@Root() { odsCode }: OrganisationValue, @Ctx() context: RequestContext): Promise<SharingAgreement[]> {
    const reads = await mayReadGrants(context, { controllerOrg: odsCode }, undefined, "agreements");
    // Whoever may end them has to see them.
    const ends = (await context.principal()).org === odsCode && (await context.may("end-agreement", { organisations: [odsCode] }));
    if (!reads && !ends) throw forbidden("sharingAgreements");
    context.trail.kinds.add("sharing-agreement");
    context.trail.controllers.add(odsCode);
    const { rows, changes } = await context.read(
      async (client) => {
        const found = await listSharingAgreements(client, odsCode);
        return {
          rows: found,
          changes: await readChanges(
            client,
            found.map(({ id }) => id),
          ),
        };
      },
      [{ controllerOrg: odsCode, kinds: ["sharing-agreement"] }],
    );
    return rows.map((row) => agreementOf(context, row, changes.get(row.id)));
  }
}

@Resolver()
export class AgreementMutations {
  @Mutation(() => SharingAgreement, {
    nullable: true,
    description: "Prepares an agreement for HR of both organisations to sign. Until both have, it opens nothing.",
  })
  async prepareAgreement(
    @Arg("input", () => PrepareAgreementInput, { description: "Between whom, about what, from when." }) input: PrepareAgreementInput,
    @Ctx() context: RequestContext,
  ): Promise<SharingAgreement> {
    const organisations = [input.controller, input.organisation];
    const { by } = await asOrganisation(context, "prepare-agreement", "prepareAgreement", { organisations });
    const controllerOrg = organisationIn(context, "controller", input.controller);
    const organisation = organisationIn(context, "organisation", input.organisation);
    if (controllerOrg === organisation) throw wrongInput("organisation", "another organisation than the controller", organisation);
    const reference = input.reference.trim();
    if (reference === "" || reference.length > longestReference) throw wrongInput("reference", "1 to 120 characters");
    const labels = labelsIn("recordTypes", input.recordTypes, agreeableWords);
    const startsOn = dayIn("startsOn", input.startsOn);
    const endsBefore = input.endsOn == null ? undefined : addDays(dayIn("endsOn", input.endsOn, startsOn), 1);
    const prepared = await context.environment.store.agreements.prepare(
      {
        reference,
        controllerOrg,
        organisation,
        labels,
        startsOn,
        endsBefore,
        placementLeadDays: daysIn("placementLeadDays", input.placementLeadDays),
        placementGraceDays: daysIn("placementGraceDays", input.placementGraceDays),
      },
      by,
    );
    if (!prepared) throw wrongInput("reference", "a reference that these two have not used yet, in this direction");
    return told(context, prepared);
  }

  @Mutation(() => SharingAgreement, {
    nullable: true,
    description: "Signs for the own side. The two sides are signed by two people; what was signed is never altered.",
  })
  async signAgreement(
    @Arg("agreement", () => ID, { description: "Id of the agreement." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SharingAgreement> {
    const row = await find(context, id, "signAgreement");
    const signers = [row.signedForController, row.signedForOrganisation].filter((one) => one !== undefined);
    const approvals = signers.map((by) => ({ act: "sign-agreement", subject: row.id, by }));
    const target = { organisations: [row.controllerOrg, row.organisation], subject: row.id };
    const { organisation, by } = await asOrganisation(context, "sign-agreement", "signAgreement", target, { ...noFacts, approvals });
    const side = organisation === row.controllerOrg ? "controller" : "organisation";
    const signed = await context.environment.store.agreements.sign(row.id, side, by);
    if (!signed)
      throw wrongInput("agreement", "an agreement that was prepared here, has not ended, and waits for a signature of this side");
    return told(context, signed);
  }

  @Mutation(() => SharingAgreement, { nullable: true, description: "Ends an agreement at once; either organisation may." })
  async endAgreement(
    @Arg("input", () => EndAgreementInput, { description: "Which, and why." }) input: EndAgreementInput,
    @Ctx() context: RequestContext,
  ): Promise<SharingAgreement> {
    const row = await find(context, input.agreement, "endAgreement");
    const target = { organisations: [row.controllerOrg, row.organisation], subject: row.id };
    const { by } = await asOrganisation(context, "end-agreement", "endAgreement", target);
    const ended = await context.environment.store.agreements.end(row.id, { ...by, reason: reasonIn("reason", input.reason) });
    if (!ended) throw wrongInput("agreement", "an agreement that was prepared here and has not ended");
    return told(context, ended);
  }
}

async function find(context: RequestContext, id: string, part: string): Promise<Row> {
  const row = uuidPattern.test(id) ? await context.environment.store.agreements.find(id) : undefined;
  // Nobody's, and other organisations': the same answer.
  if (!row) throw forbidden(part);
  return row;
}

function daysIn(field: string, days: number | null | undefined): number | undefined {
  if (days == null) return undefined;
  if (!Number.isInteger(days) || days < 0 || days > mostDays) throw wrongInput(field, "a number of days from 0 to 365", String(days));
  return days;
}

async function told(context: RequestContext, row: Row): Promise<SharingAgreement> {
  changed(context, "sharing-agreement", row.id);
  context.trail.controllers.add(row.controllerOrg).add(row.organisation);
  const changes = await context.read(
    (client) => readChanges(client, [row.id]),
    [{ controllerOrg: row.controllerOrg, kinds: ["sharing-agreement"] }],
  );
  return agreementOf(context, row, changes.get(row.id));
}

function stateOf(row: Row, today: string): AgreementStateName {
  if (row.endedAt) return "ENDED";
  if (row.endsBefore !== undefined && row.endsBefore <= today) return "OVER";
  if (row.signedForController === undefined || row.signedForOrganisation === undefined) return "WAITS_FOR_SIGNATURES";
  return row.startsOn > today ? "NOT_YET" : "IN_FORCE";
}

function agreementOf(context: RequestContext, row: Row, changes: readonly Change[] | undefined): SharingAgreement {
  const waitsFor = [
    ...(row.signedForController === undefined ? [row.controllerOrg] : []),
    ...(row.signedForOrganisation === undefined ? [row.organisation] : []),
  ];
  return {
    id: row.id,
    reference: row.reference,
    controller: context.organisation(row.controllerOrg),
    organisation: context.organisation(row.organisation),
    recordTypes: wordsOf(row.labels),
    startsOn: row.startsOn,
    endsOn: lastDayOf(row.endsBefore),
    placementLeadDays: row.placementLeadDays ?? null,
    placementGraceDays: row.placementGraceDays ?? null,
    state: stateOf(row, context.today),
    waitsFor: row.endedAt ? [] : waitsFor.map((odsCode) => context.organisation(odsCode)),
    byConfiguration: row.recordedBy === "configuration",
    history: historyOf(changes),
  };
}
