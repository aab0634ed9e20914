/** Questions about starts, asked of the graph by a named principal. */
import type { Principal } from "../../access/principal";
import { UsageError } from "../output";
import type { Graph } from "./graph";
import { commandLine, commandLineAs, type Purposes } from "./operations";

export interface OrganisationAnswer {
  readonly odsCode: string;
  readonly name: string | null;
}
export interface ItemAnswer {
  readonly standard: string;
  readonly title: string;
  readonly verdict: string;
  readonly why: string;
  readonly say: string;
  readonly inDateUntil: string | null;
  readonly awardedBy: OrganisationAnswer | null;
  readonly waitsFor: OrganisationAnswer | null;
  readonly from: OrganisationAnswer | null;
  readonly esr: { readonly state: string | null } | null;
}
export interface SummaryAnswer {
  readonly asked: number;
  readonly notToRepeat: number;
  readonly repeat: number;
  readonly expiresBeforeStart: number;
  readonly unknown: number;
  readonly minutesSaved: number | null;
}
export interface StarterAnswer {
  readonly staffMember: { readonly id: string; readonly name: { readonly given: string | null; readonly family: string | null } | null };
  readonly move: string;
  readonly organisation: OrganisationAnswer;
  readonly employer: OrganisationAnswer | null;
  readonly startsOn: string;
  readonly daysLeft: number;
  readonly ready: boolean | null;
  readonly summary: SummaryAnswer | null;
  readonly missing: readonly ItemAnswer[] | null;
  readonly openChecks: readonly ItemAnswer[] | null;
  readonly notYetInEsr: readonly ItemAnswer[] | null;
  readonly say: string;
  readonly partial: string | null;
  readonly transferOffered: boolean;
  readonly transferNote: string;
  readonly healthNote: string | null;
}
export interface RotationAnswer {
  readonly organisation: OrganisationAnswer;
  readonly side: "ARRIVING" | "LEAVING";
  readonly startsOn: string;
  readonly lastOn: string;
  readonly summary: readonly {
    readonly move: string;
    readonly starters: number;
    readonly ready: number;
    readonly notReady: number;
    readonly waitingForMap: number;
    readonly unanswered: number;
    readonly daysLeft: number;
    readonly say: string;
  }[];
  readonly starters: readonly StarterAnswer[];
}
export interface ReadinessAnswer {
  readonly id: string;
  readonly readiness: {
    readonly organisation: OrganisationAnswer;
    readonly employer: OrganisationAnswer | null;
    readonly move: string | null;
    readonly startsOn: string | null;
    readonly daysLeft: number | null;
    readonly staffGroup: string | null;
    readonly jobRole: string | null;
    readonly ready: boolean | null;
    readonly summary: SummaryAnswer | null;
    readonly items: readonly ItemAnswer[] | null;
    readonly unanswered: string | null;
    readonly say: string;
    readonly partial: string | null;
    readonly healthNote: string | null;
  } | null;
}

const item =
  "standard title verdict why say inDateUntil awardedBy { odsCode name } waitsFor { odsCode name } from { odsCode name } esr { state }";
const summary = "summary { asked notToRepeat repeat expiresBeforeStart unknown minutesSaved }";
export const rotationQuery = `query Rotation($of: String!, $on: String!, $side: RotationSide!, $counterpart: String, $after: String) {
  organisation(odsCode: $of) { rotation(startsOn: $on, side: $side, counterpart: $counterpart) {
    organisation { odsCode name } side startsOn lastOn
    summary { move starters ready notReady waitingForMap unanswered daysLeft say }
    starters(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
      staffMember { id name { given family } } move organisation { odsCode name } employer { odsCode name } startsOn daysLeft ready ${summary}
      missing { ${item} } openChecks { ${item} } notYetInEsr { ${item} } say partial transferOffered transferNote healthNote } } } } } }`;
export const readinessQuery = `query Readiness($id: ID!, $for: ReadinessFor!) { staffMember(id: $id) { id readiness(for: $for) {
  organisation { odsCode name } employer { odsCode name } move startsOn daysLeft staffGroup jobRole ready ${summary} items { ${item} }
  unanswered say partial healthNote } } }`;

const trustPurposes: Purposes = { hr: ["EMPLOYMENT", "PRE_EMPLOYMENT", "PLACEMENT", "TRAINING_COMPLIANCE"], oh: ["OH_CARE"] };

/** HR of an organisation, for what HR is there for; occupational health for its own. */
export function trustPrincipal(role: "hr" | "oh", organisation: string): Principal {
  return commandLineAs(role, trustPurposes, organisation);
}

/** Each person is a subject of their own, as with a login; the audit also has which account ran the command. */
export function selfPrincipal(staffMember: string): Principal {
  const account = commandLine({ role: "self", purpose: "SELF_VIEW" });
  return { ...account, subject: `${account.subject} for ${staffMember}`, person: staffMember };
}

interface RotationPage {
  readonly organisation: {
    readonly rotation:
      | (Omit<RotationAnswer, "starters"> & {
          readonly starters: {
            readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
            readonly edges: readonly { readonly node: StarterAnswer }[];
          };
        })
      | null;
  } | null;
}

/** Everybody of a rotation, page by page, as HR of the organisation whose side it is. */
export async function askRotation(
  graph: Graph,
  asked: { readonly of: string; readonly on: string; readonly side: "ARRIVING" | "LEAVING"; readonly counterpart?: string | undefined },
): Promise<RotationAnswer> {
  const starters: StarterAnswer[] = [];
  let after: string | null = null;
  for (;;) {
    const data: RotationPage = await graph.ask<RotationPage>(
      rotationQuery,
      { ...asked, counterpart: asked.counterpart ?? null, after },
      trustPrincipal("hr", asked.of),
    );
    if (!data.organisation) throw new UsageError(`${asked.of} is not among the organisations of this hub.`);
    const { rotation } = data.organisation;
    if (!rotation) throw new UsageError(`The rotation of ${asked.of} on ${asked.on} cannot be told.`);
    starters.push(...rotation.starters.edges.map(({ node }) => node));
    if (!rotation.starters.pageInfo.hasNextPage) return { ...rotation, starters };
    after = rotation.starters.pageInfo.endCursor;
  }
}

export async function askReadiness(
  graph: Graph,
  id: string,
  asked: {
    readonly organisation: string;
    readonly startsOn?: string | undefined;
    readonly staffGroup?: string | undefined;
    readonly jobRole?: string | undefined;
  },
  principal: Principal,
): Promise<ReadinessAnswer | null> {
  const variables = { id, for: Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) };
  return (await graph.ask<{ staffMember: ReadinessAnswer | null }>(readinessQuery, variables, principal)).staffMember;
}
