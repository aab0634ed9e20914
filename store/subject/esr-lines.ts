/** Lines about a person in files for ESR that the hub keeps: taken out, and the rest of the file stays where it is. */
import type { PoolClient } from "pg";
import { HubError } from "../../platform/errors";
import type { Sealer } from "../../platform/secrets";
import { esrFileAad } from "../esr-files";
import { type Subject, valuesOf, who } from "./find";
import { special } from "./tables";

const ledger = special.find(({ table }) => table === "ops.esr_delivery")!;
/** As the layout writes files (outbound/format.ts). */
const encoding = "latin1";
const separator = "~";

interface Lines {
  readonly id: string;
  readonly keyOrg: string;
  readonly text: readonly string[];
  readonly about: ReadonlySet<number>;
}

/** Every file of the employers concerned: a delivery that was sent again has left its line in an earlier file too. */
async function* filesWith(client: PoolClient, sealer: Sealer, subject: Subject): AsyncIterable<Lines> {
  const { rows: deliveries } = await client.query(
    `${who} select t.id::text, t.organisation, t.state from ops.esr_delivery t where ${ledger.where}`,
    valuesOf(subject),
  );
  if (deliveries.length === 0) return;
  if (deliveries.some(({ state }) => state === "WRITTEN"))
    throw new HubError({ code: "ERASURE_MUST_WAIT", class: "guard", detail: { organisation: subject.organisation } });
  const references = new Set<string>(deliveries.map(({ id }) => id));
  const { rows: ids } = await client.query("select id::text from ops.esr_file where organisation = any($1::text[]) order by id", [
    [...new Set(deliveries.map(({ organisation }) => organisation))],
  ]);
  for (const { id } of ids) {
    const { rows } = await client.query("select key_org, key_version, body from ops.esr_file where id = $1", [id]);
    const text = (await sealer.open(rows[0].key_org, rows[0].key_version, rows[0].body, esrFileAad(id))).toString(encoding).split("\n");
    const about = new Set(text.flatMap((line, at) => (line.split(separator).some((field) => references.has(field)) ? [at] : [])));
    if (about.size > 0) yield { id, keyOrg: rows[0].key_org, text, about };
  }
}

export async function countEsrLines(client: PoolClient, sealer: Sealer, subject: Subject): Promise<number> {
  let lines = 0;
  for await (const { about } of filesWith(client, sealer, subject)) lines += about.size;
  return lines;
}

/** The digest of the file as it was sent stays: it proves what left, and nobody reads a person out of it. */
export async function eraseEsrLines(client: PoolClient, sealer: Sealer, subject: Subject): Promise<number> {
  let lines = 0;
  for await (const { id, keyOrg, text, about } of filesWith(client, sealer, subject)) {
    const rest = text.map((line, at) => (about.has(at) ? [...line.split(separator).slice(0, 2), "erased"].join(separator) : line));
    const { version, bytes } = await sealer.seal(keyOrg, Buffer.from(rest.join("\n"), encoding), esrFileAad(id));
    await client.query("update ops.esr_file set body = $2, key_version = $3 where id = $1", [id, bytes, version]);
    lines += about.size;
  }
  return lines;
}
