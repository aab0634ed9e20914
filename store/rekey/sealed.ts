/**
 * Everything that is sealed by a data key: where it lies, whose key, which version, and as what it was sealed. The integration
 * test asks the catalogue for columns of bytes that are not here.
 */
import { esrFileAad } from "../esr-files";
import { historyAad } from "../history";
import { keyAad } from "../intake-keys";
import { rawAad } from "../raw-pages";
import { hubKeyOwner, tokenKeyAad } from "../token-issuing";

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** What the sealing needs besides: named in aad's row. */
  readonly columns: readonly string[];
  /** Rows are gone through in the order of this column, which has an index. */
  readonly cursor: { readonly column: string; readonly type: "bigint" | "uuid" | "text"; readonly first: string };
  /** $1 is the organisation. */
  readonly whose: string;
  readonly version: string;
  /** Where the version is a column; else it stands in front of the bytes. */
  readonly versionColumn?: string;
  aad(row: Readonly<Record<string, string>>): string;
}

const firstUuid = "00000000-0000-0000-0000-000000000000";
const ofOrganisation = { whose: "t.key_org = $1", version: "t.key_version", versionColumn: "key_version" };

export const sealedColumns: readonly SealedColumn[] = [
  {
    ...ofOrganisation,
    table: "ops.raw_page",
    column: "body",
    columns: ["connection_id"],
    cursor: { column: "id", type: "bigint", first: "0" },
    aad: (row) => rawAad(row.connection_id!),
  },
  {
    ...ofOrganisation,
    table: "ops.record_version",
    column: "facts",
    columns: ["kind", "record_id"],
    cursor: { column: "record_id", type: "uuid", first: firstUuid },
    aad: (row) => historyAad(row.kind!, row.record_id!),
  },
  {
    table: "staff.identifier",
    column: "encrypted",
    columns: ["source_person_id"],
    cursor: { column: "source_person_id", type: "uuid", first: firstUuid },
    whose:
      "t.encrypted is not null and exists (select 1 from staff.source_person p where p.id = t.source_person_id and p.controller_org = $1)",
    // Four bytes in front, the lowest first.
    version: "(get_byte(t.encrypted, 0) + get_byte(t.encrypted, 1) * 256 + get_byte(t.encrypted, 2) * 65536)",
    aad: (row) => `identifier:${row.source_person_id}`,
  },
  {
    ...ofOrganisation,
    table: "ops.intake_key",
    column: "secret",
    columns: ["connection_id", "id"],
    cursor: { column: "id", type: "uuid", first: firstUuid },
    aad: (row) => keyAad(row.connection_id!, row.id!),
  },
  {
    ...ofOrganisation,
    table: "ops.esr_file",
    column: "body",
    columns: ["id"],
    cursor: { column: "id", type: "uuid", first: firstUuid },
    aad: (row) => esrFileAad(row.id!),
  },
  {
    table: "ops.token_key",
    column: "sealed",
    columns: ["kid"],
    cursor: { column: "kid", type: "text", first: "" },
    whose: `$1 = '${hubKeyOwner}'`,
    version: "t.key_version",
    versionColumn: "key_version",
    aad: (row) => tokenKeyAad(row.kid!),
  },
];
