/** `store.agreements`, what people do with it: prepared for both, signed by two, ended by either. The configuration records its own (agreements.ts). */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { retried, violates } from "../transaction";
import { type By, said, saidColumns, saidValues } from "./who";

/** One direction: what `organisation` may read of what `controllerOrg` holds. */
export interface SharingAgreement {
  readonly id: string;
  readonly reference: string;
  readonly controllerOrg: string;
  readonly organisation: string;
  readonly labels: readonly string[];
  readonly startsOn: string;
  /** The day after the last day. */
  readonly endsBefore: string | undefined;
  readonly placementLeadDays: number | undefined;
  readonly placementGraceDays: number | undefined;
  readonly signedForController: string | undefined;
  readonly signedForControllerAt: Date | undefined;
  readonly signedForOrganisation: string | undefined;
  readonly signedForOrganisationAt: Date | undefined;
  readonly recordedBy: string;
  readonly recordedAt: Date;
  readonly endedAt: Date | undefined;
}
/** One direction of a workforce sharing agreement: what `organisation` may read of what `controllerOrg` holds. */
export interface AgreementToRegister {
  readonly reference: string;
  readonly controllerOrg: string;
  readonly organisation: string;
  /** Access labels, for example R3. */
  readonly labels: readonly string[];
  readonly startsOn: string;
  /** The day after the last day. */
  readonly endsBefore: string | undefined;
  /** Who has signed on each side; without both it opens nothing. */
  readonly signedForController: string | undefined;
  readonly signedForOrganisation: string | undefined;
}
export type AgreementSide = "controller" | "organisation";

export interface AgreementVerbs {
  /** All agreements of the configuration: one that is no longer in it ends at once (kept, and it opens nothing). */
  register(agreements: readonly AgreementToRegister[]): Promise<void>;
  /** undefined: the reference is taken for these two. */
  prepare(
    agreement: Pick<
      SharingAgreement,
      "reference" | "controllerOrg" | "organisation" | "labels" | "startsOn" | "endsBefore" | "placementLeadDays" | "placementGraceDays"
    >,
    by: By,
  ): Promise<SharingAgreement | undefined>;
  find(id: string): Promise<SharingAgreement | undefined>;
  /** undefined: signed for that side already, by the same person for the other, ended, or the configuration's. */
  sign(id: string, side: AgreementSide, by: By): Promise<SharingAgreement | undefined>;
  /** At once. undefined: it has ended, or is the configuration's. */
  end(id: string, by: By): Promise<SharingAgreement | undefined>;
}

const columns = `id::text as id, reference, controller_org as "controllerOrg", organisation, labels, starts_on as "startsOn", ends_before as "endsBefore",
  placement_lead_days as "placementLeadDays", placement_grace_days as "placementGraceDays", signed_for_controller as "signedForController",
  signed_for_controller_at as "signedForControllerAt", signed_for_organisation as "signedForOrganisation",
  signed_for_organisation_at as "signedForOrganisationAt", recorded_by as "recordedBy", recorded_at as "recordedAt", ended_at as "endedAt"`;

const rowOf = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as SharingAgreement;

async function one(pool: Pick<PoolClient, "query">, text: string, values: unknown[]): Promise<SharingAgreement | undefined> {
  const { rows } = await pool.query(text, values);
  return rows[0] ? rowOf(rows[0]) : undefined;
}

/** Both directions in which an organisation takes part, those of the configuration among them. */
export async function listSharingAgreements(client: PoolClient, organisation: string): Promise<SharingAgreement[]> {
  const { rows } = await client.query({
    name: "movement-agreements",
    text: `select ${columns} from movement.sharing_agreement where controller_org = $1 or organisation = $1 order by recorded_at desc, id limit 500`,
    values: [organisation],
  });
  return rows.map(rowOf);
}

const own = "recorded_by <> 'configuration' and ended_at is null";

export function createAgreementVerbs(pool: Pool): Omit<AgreementVerbs, "register"> {
  return {
    prepare: (it, by) =>
      retried(() =>
        one(
          pool as never,
          `insert into movement.sharing_agreement (id, reference, controller_org, organisation, labels, starts_on, ends_before, placement_lead_days,
             placement_grace_days, recorded_by, ${saidColumns})
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, ${saidValues(10)}) returning ${columns}`,
          [
            randomUUID(),
            it.reference,
            it.controllerOrg,
            it.organisation,
            it.labels,
            it.startsOn,
            it.endsBefore ?? null,
            it.placementLeadDays ?? null,
            it.placementGraceDays ?? null,
            ...said("PREPARED", by),
          ],
        ),
      ).catch((error: unknown) => {
        if (violates(error, "sharing_agreement_reference_controller_org_organisation_key")) return undefined;
        throw error;
      }),

    find: (id) => retried(() => one(pool as never, `select ${columns} from movement.sharing_agreement where id::text = $1`, [id])),

    sign: (id, side, by) =>
      retried(() =>
        one(
          pool as never,
          `update movement.sharing_agreement set signed_for_${side} = $3, signed_for_${side}_at = clock_timestamp(), (${saidColumns}) = (${saidValues(2)})
           where id::text = $1 and ${own} and signed_for_${side} is null
             and signed_for_${side === "controller" ? "organisation" : "controller"} is distinct from $3 returning ${columns}`,
          [id, ...said("SIGNED", by)],
        ),
      ),

    end: (id, by) =>
      retried(() =>
        one(
          pool as never,
          `update movement.sharing_agreement set ended_at = clock_timestamp(), (${saidColumns}) = (${saidValues(2)}) where id::text = $1 and ${own}
           returning ${columns}`,
          [id, ...said("ENDED", by)],
        ),
      ),
  };
}
