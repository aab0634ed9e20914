/**
 * Terminology.
 *   staff member   somebody who works, or is about to work, for one of the organisations: an id and nothing else
 *   source person  what one connection says about somebody; bound to a staff member by matching, or waiting
 *   claim          how a vendor names a person
 *   facts          what a connector states, normalised, before anybody knows whose it is
 *   record         facts + whose + provenance: one row of one table
 *   record kind    the closed list below; one class per kind, and nothing else lists a record's fields
 *   connection     one organisation's use of one connector
 *   withdrawn      the source no longer has it; kept, and marked
 *   waiting        nobody to bind it to yet
 */

import { Directive, Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { Column, Entity, PrimaryColumn } from "typeorm";
import { z } from "zod";
import { type Access, type FieldDefinition, fieldsOf } from "./registry";

/** Whether the source still stands by the record. Absence alone never removes anything. */
export enum RecordState {
  IN_FORCE = "IN_FORCE",
  /** The source keeps no history and no longer lists it: kept, in force, flagged. */
  NOT_AT_SOURCE = "NOT_AT_SOURCE",
  /** Missing from a snapshot that has not been confirmed. */
  SUSPECTED = "SUSPECTED",
  WITHDRAWN = "WITHDRAWN",
}
registerEnumType(RecordState, {
  name: "RecordState",
  description: "Whether the source still stands by a record.",
  valuesConfig: {
    IN_FORCE: { description: "The source has it." },
    NOT_AT_SOURCE: { description: "The source keeps no history and no longer lists it; kept and in force." },
    SUSPECTED: { description: "Missing from a snapshot that nobody has confirmed yet; still in force." },
    WITHDRAWN: { description: "The source has withdrawn it; kept, and no longer in force." },
  },
});

/** The common columns of every record (foundation, section 2). `Facts<R>` leaves all of them out. */
@ObjectType()
export abstract class StoredRecord {
  @PrimaryColumn({ name: "id", type: "uuid" })
  @Field(() => ID, { description: "Random and permanent; given once per key of the source." })
  id!: string;

  /** ODS code of the organisation that is controller of this row. */
  @Column({ name: "controller_org", type: "text" })
  controllerOrg!: string;

  @Column({ name: "staff_member_id", type: "uuid", nullable: true })
  staffMemberId!: string | null;

  @Column({ name: "source_person_id", type: "uuid", nullable: true })
  sourcePersonId!: string | null;

  @Column({ name: "connection_id", type: "text" })
  connectionId!: string;

  @Column({ name: "source_id", type: "text" })
  sourceId!: string;

  /** 128 bits of SHA-256 over the facts in a fixed order. */
  @Column({ name: "content_hash", type: "uuid" })
  contentHash!: string;

  /** changed-at | sequence | instant of our fetch, as text that sorts bytewise (store/version.ts). */
  @Column({ name: "source_version", type: "text" })
  sourceVersion!: string;

  /** Version of the connector's code and of the maps that derived the facts from raw. */
  @Column({ name: "derivation_version", type: "text" })
  derivationVersion!: string;

  /** First day on which the facts hold at the source; null when the source does not date-track. */
  @Column({ name: "valid_from", type: "date", nullable: true })
  validFrom!: string | null;

  /** Last day on which the facts hold at the source; null when open. */
  @Column({ name: "valid_to", type: "date", nullable: true })
  validTo!: string | null;

  /** Position in the database's own order of knowing (a sequence, not a clock). */
  @Column({ name: "known_from", type: "bigint" })
  knownFrom!: string;

  /** Instant of the transaction that wrote these facts; null for what was written before instants were kept. */
  @Column({ name: "known_at", type: "timestamptz", nullable: true })
  knownAt!: Date | null;

  @Column({ name: "source_state", type: "text" })
  sourceState!: RecordState;

  @Column({ name: "provenance_id", type: "integer" })
  provenanceId!: number;

  @Column({ name: "raw_page_id", type: "bigint", nullable: true })
  rawPageId!: string | null;

  @Column({ name: "raw_ordinal", type: "integer", nullable: true })
  rawOrdinal!: number | null;
}

/** The normalised record: no second type. */
export type Facts<R extends StoredRecord> = Omit<R, keyof StoredRecord>;

/** About whom or what a record is. Records about an organisation never wait for a person. */
export type RecordSubject = "staff-member" | "organisation";

export interface RecordDefinition {
  readonly kind: string;
  readonly type: abstract new () => StoredRecord;
  /** PostgreSQL schema and table. */
  readonly schema: string;
  readonly table: string;
  readonly access: Access;
  readonly subject: RecordSubject;
  readonly says: string;
  readonly fields: readonly FieldDefinition[];
  /** Strict check of the facts: unknown keys and impossible dates are refused. */
  readonly check: z.ZodType;
}

const definitions = new Map<Function, Omit<RecordDefinition, "fields" | "check">>();

/** Declares a record type: table, GraphQL type, federation key, access label. */
export function record(meaning: {
  kind: string;
  /** `schema.table` */
  table: string;
  access: Access;
  subject: RecordSubject;
  says: string;
}): ClassDecorator {
  const [schema, table] = meaning.table.split(".") as [string, string];
  return (target) => {
    Entity({ schema, name: table })(target);
    // simpleResolvers: without it TypeGraphQL costs 6.7 times as much under a compiled executor.
    ObjectType({ description: meaning.says, simpleResolvers: true })(target);
    Directive('@key(fields: "id")')(target as never);
    definitions.set(target, {
      kind: meaning.kind,
      type: target as never,
      schema,
      table,
      access: meaning.access,
      subject: meaning.subject,
      says: meaning.says,
    });
  };
}

const completed = new Map<Function, RecordDefinition>();

export function definitionOf(type: Function): RecordDefinition {
  const known = completed.get(type);
  if (known) return known;
  const base = definitions.get(type);
  if (!base) throw new Error(`${type.name} is not a record type: it lacks @record`);
  const fields = fieldsOf(type);
  const shape: Record<string, z.ZodType> = {};
  for (const field of fields) shape[field.name] = field.check;
  const definition: RecordDefinition = { ...base, fields, check: z.strictObject(shape) };
  completed.set(type, definition);
  return definition;
}

/** The strict check of one record type's facts: the only check between `normalise` and `store`. */
export function factsOf<R extends StoredRecord>(type: abstract new () => R): z.ZodType<Facts<R>> {
  return definitionOf(type).check as z.ZodType<Facts<R>>;
}
