import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { definitionOfKind, type recordKinds } from "../../schema/kinds";

/** The floor: COPY of the same final rows into the same tables with the same indexes, over two connections. */
const copied = [
  "personal-details",
  "assignment",
  "competence-award",
  "achievement",
  "immunisation",
  "clinical-test",
  "employment-check",
] as const;
const tableOf = (kind: (typeof recordKinds)[number]) => `${definitionOfKind(kind).schema}.${definitionOfKind(kind).table}`;

export const recordTableNames = copied.map(tableOf);

/** Writes the rows as they stand now to files, in slices so that two connections share the work evenly. */
export async function dumpRows(client: Client, folder: string): Promise<{ table: string; file: string; rows: number }[]> {
  mkdirSync(folder, { recursive: true });
  const files: { table: string; file: string; rows: number }[] = [];
  for (const table of recordTableNames) {
    for (let slice = 0; slice < 8; slice += 1) {
      const file = path.join(folder, `${table}.${slice}`);
      const source = client.query(
        copyTo(`copy (select * from ${table} where abs(hashtext(source_id)) % 8 = ${slice} order by known_from) to stdout`),
      );
      await pipeline(source, createWriteStream(file));
      files.push({ table, file, rows: source.rowCount ?? 0 });
    }
  }
  return files;
}

export async function truncateRecords(client: Client): Promise<void> {
  await client.query(
    `truncate ${recordTableNames.join(", ")}, ops.record_version, ops.raw_page, ops.page_digest, ops.seen, ops.page, ops.sync_run, ops.refused`,
  );
  await client.query("checkpoint");
}

/** Whoever the records are about, so that the next load meets nobody it knows. */
export async function truncatePeople(client: Client): Promise<void> {
  await client.query(
    "truncate staff.staff_member, staff.source_person, staff.identifier, staff.binding, staff.match_proposal, staff.link_refusal cascade",
  );
}

/** Milliseconds and rows of one COPY of everything over two connections. */
export async function copyEverything(
  databaseUrl: string,
  files: readonly { table: string; file: string }[],
): Promise<{ ms: number; rows: number }> {
  const queue = [...files];
  let rows = 0;
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      return client;
    }),
  );
  const begun = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const target = client.query(copyFrom(`copy ${next.table} from stdin`));
        await pipeline(createReadStream(next.file, { highWaterMark: 1 << 20 }), target);
        rows += target.rowCount ?? 0;
      }
    }),
  );
  const ms = performance.now() - begun;
  await Promise.all(clients.map((client) => client.end()));
  return { ms, rows };
}
