/** ops.provenance: a small table of the distinct assurance statements; a row holds an id. */
import type { Pool } from "pg";
import type { ProvenanceFacts } from "../schema/provenance";
import { uuidOf } from "./hash";
import { asUnit } from "./transaction";

const fields = ["origin", "assurancePolicy", "assuranceOutcome", "provider", "verifier", "method", "pedigree"] as const;
/** Distinct statements are few (defaults per connection and kind); the bound is for a source that writes essays. */
const mostKnown = 10_000;

export interface ProvenanceIds {
  idsOf(statements: readonly ProvenanceFacts[]): Promise<readonly number[]>;
}

export function createProvenanceIds(pool: Pool): ProvenanceIds {
  const known = new Map<string, number>();
  const keyOf = (statement: ProvenanceFacts) => JSON.stringify(fields.map((field) => statement[field] ?? null));
  return {
    async idsOf(statements) {
      // The engine hands the same object to every record of a kind that has the delivery's defaults.
      const keyOfObject = new Map<ProvenanceFacts, string>();
      const keys = statements.map((statement) => {
        let key = keyOfObject.get(statement);
        if (key === undefined) keyOfObject.set(statement, (key = keyOf(statement)));
        return key;
      });
      const missing = new Map<string, ProvenanceFacts>();
      keys.forEach((key, i) => {
        if (!known.has(key)) missing.set(key, statements[i]!);
      });
      if (missing.size > 0) {
        if (known.size > mostKnown) known.clear();
        const wanted = [...missing].map(([key, statement]) => ({ h: uuidOf(key), ...statement }));
        wanted.sort((a, b) => (a.h < b.h ? -1 : 1));
        const { rows } = await asUnit(async () => {
          const json = JSON.stringify(wanted);
          await pool.query(
            `insert into ops.provenance (hash, origin, assurance_policy, assurance_outcome, provider, verifier, method, pedigree)
             select h, origin, "assurancePolicy", "assuranceOutcome", provider, verifier, method, pedigree
             from jsonb_to_recordset($1::jsonb) as r(h uuid, origin text, "assurancePolicy" text, "assuranceOutcome" text, provider text,
               verifier text, method text, pedigree text)
             where not exists (select 1 from ops.provenance p where p.hash = r.h) on conflict do nothing`,
            [json],
          );
          return pool.query("select id, hash from ops.provenance where hash = any($1::uuid[])", [wanted.map((row) => row.h)]);
        });
        const ids = new Map<string, number>(rows.map((row) => [row.hash, row.id]));
        for (const key of missing.keys()) known.set(key, ids.get(uuidOf(key))!);
      }
      const found: number[] = [];
      for (const key of keys) {
        const id = known.get(key);
        // Cleared by a page that ran beside us: ask again.
        if (id === undefined) return this.idsOf(statements);
        found.push(id);
      }
      return found;
    },
  };
}
