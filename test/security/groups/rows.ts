/** Every table that is about somebody, as every login of the hub, with every context that could be given. */
import { createHash, createHmac, hkdfSync } from "node:crypto";
import type { PoolClient } from "pg";
import { recordKinds } from "../../../schema/kinds";
import { contextSigner, momentOfTransaction } from "../../../store/walls/context";
import { grantsOf, healthTables, kindOfTable, type Table, tablesAboutPeople } from "../../../store/walls/grants";
import { loginRoles } from "../../../store/walls/roles";
import type { Row, SecurityGroup } from "../group";
import { type FilledDatabase, filledDatabase, key, organisations, personOf, staffOf } from "../walls/filled";

type Said = { at: string; pid: string };
const scopeOf = (organisation: string) => [{ controllerOrg: organisation, staffMember: staffOf(organisation), kinds: recordKinds }];

/** A context as it would have to be, and every way in which it is not. `own` alone may open anything. */
function contexts(role: string, said: Said, organisation: string): Readonly<Record<string, string | undefined>> {
  const { sign } = contextSigner(key);
  const right = { role, ...said, requestId: "r", scope: scopeOf(organisation) };
  const own = sign(right);
  const [mac] = own.split(".", 1);
  const wrongKey = Buffer.from(hkdfSync("sha256", Buffer.alloc(32, 8), Buffer.alloc(0), "lanyard context v1", 64));
  const text = JSON.stringify(right);
  const other = role === "lanyard_read" ? "lanyard_health" : "lanyard_read";
  return {
    own,
    missing: undefined,
    empty: "",
    rubbish: "x".repeat(70),
    unsigned: `${"0".repeat(64)}.${text}`,
    "no object": sign([]),
    "hash without a key": `${createHash("sha256").update(text).digest("hex")}.${text}`,
    "another key": `${createHmac("sha256", wrongKey).update(text).digest("hex")}.${text}`,
    "a changed scope under a good signature": `${mac}.${text.replaceAll(organisation, organisation === "ZQA" ? "ZQB" : "ZQA")}`,
    "another session's": sign({ ...right, pid: String(Number(said.pid) + 1) }),
    "an earlier transaction's": sign({ ...right, at: String(BigInt(said.at) - 1n) }),
    "another role's": sign({ ...right, role: other }),
    "no scope": sign({ ...right, scope: [] }),
    "no kind": sign({ ...right, scope: scopeOf(organisation).map((line) => ({ ...line, kinds: [] })) }),
    "somebody else's id": sign({ ...right, scope: scopeOf(organisation).map((line) => ({ ...line, staffMember: personOf("nobody") })) }),
  };
}

/** Rows of these organisations that a role sees; undefined: it may not even ask. */
async function seen(client: PoolClient, table: Table, context: string | undefined): Promise<readonly string[] | undefined> {
  await client.query("savepoint s");
  try {
    if (context !== undefined) await client.query("select set_config('lanyard.context', $1, true)", [context]);
    const whose = ["controller_org", "key_org", "organisation"].find((column) => table.columns.has(column));
    const by = whose ?? ["source_person_id", "staff_member_id"].find((column) => table.columns.has(column));
    const { rows } = await client.query(`select ${by ? `${by}::text` : "'?'"} as whose from ${table.name}`);
    return rows.map(({ whose: said }) => organisations.find((one) => [one, staffOf(one), personOf(one)].includes(said)) ?? "?");
  } catch (error) {
    if ((error as { code?: string }).code === "42501") return undefined;
    throw error;
  } finally {
    await client.query("rollback to s");
  }
}

const aboutSomebody = ({ name, columns }: Table) =>
  kindOfTable.has(name) ? tablesAboutPeople.has(name) : columns.has("staff_member_id") || columns.has("source_person_id");
const signedRoles = new Set(["lanyard_read", "lanyard_health"]);

async function reading({ store, tables }: FilledDatabase): Promise<Row[]> {
  const own: Row = { check: "its own rows, and no others, by a context of the hub's", tried: 0, refused: 0, leaked: 0, missed: 0 };
  const forged: Row = {
    check: "no row by a missing, forged, expired, borrowed or empty context",
    tried: 0,
    refused: 0,
    leaked: 0,
    missed: 0,
  };
  const closed: Row = { check: "no right at all where the role has no business", tried: 0, refused: 0, leaked: 0, missed: 0 };
  const examples: string[] = [];
  const count = (row: Row, what: "refused" | "leaked" | "missed", example?: string) => {
    (row as { -readonly [K in keyof Row]: Row[K] })[what] += 1;
    if (what !== "refused" && example && examples.length < 10) examples.push(`${row.check}: ${example}`);
  };
  for (const role of loginRoles) {
    for (const table of tables) {
      const grants = grantsOf(role, table);
      for (const organisation of organisations) {
        const client = await store.pools[role].connect();
        try {
          const begun = (await client.query(`begin; ${momentOfTransaction}`)) as unknown as { rows: Said[] }[];
          for (const [name, context] of Object.entries(contexts(role, begun.at(-1)!.rows[0]!, organisation))) {
            if (grants.length === 0) {
              (closed as { tried: number }).tried += 1;
              count(closed, (await seen(client, table, context)) === undefined ? "refused" : "leaked", `${role} asks ${table.name}`);
              continue;
            }
            if (!signedRoles.has(role) && !(role === "lanyard_auditor" && table.name === "audit.event")) continue;
            // What is about an organisation, and sealed history, is behind kind and controller; nobody's id stands in it.
            if (name === "somebody else's id" && !aboutSomebody(table)) continue;
            const found = (await seen(client, table, context)) ?? [];
            const row = name === "own" ? own : forged;
            (row as { tried: number }).tried += 1;
            const strange = name === "own" ? found.filter((one) => one !== organisation && one !== "?") : found;
            if (strange.length > 0) count(row, "leaked", `${role} sees ${table.name} with ${name}`);
            else if (name === "own" && kindOfTable.has(table.name) && found.length === 0)
              count(row, "missed", `${role} sees no ${table.name}`);
            else count(row, "refused");
          }
        } finally {
          await client.query("rollback");
          client.release();
        }
      }
    }
  }
  return [own, forged, { ...closed, examples }];
}

/** A worker without the context of a lease, with one that has moved on, and for another's organisation. */
async function writing({ store, tables, administrator }: FilledDatabase): Promise<Row> {
  const row = {
    check: "no write without the lease of a connection of that organisation, and no record deleted",
    tried: 0,
    refused: 0,
    leaked: 0,
    missed: 0,
  };
  const examples: string[] = [];
  await administrator.query(
    `insert into ops.connection (id, connector, organisations, every_minutes, fresh_within_seconds, lease_number) values ('walls', 'c', '{ZQA}', 15, 60, 7)
     on conflict (id) do nothing`,
  );
  const { sign } = contextSigner(key);
  for (const role of ["lanyard_work", "lanyard_work_health"] as const) {
    const said = (more: object) => sign({ role, connection: "walls", ...more });
    const cases: readonly (readonly [name: string, context: string, organisation: string, may: boolean])[] = [
      ["without a context", "", "ZQA", false],
      ["under the lease", said({ lease: "7" }), "ZQA", true],
      ["under an earlier lease", said({ lease: "6" }), "ZQA", false],
      ["for another organisation", said({ lease: "7" }), "ZQB", false],
      ["of a connection that is none", sign({ role, connection: "nothing", lease: "7" }), "ZQA", false],
      ["with another role's", sign({ role: "lanyard_read", connection: "walls", lease: "7" }), "ZQA", false],
      ["with one of an ended transaction", said({ pid: "1", at: "1" }), "ZQA", false],
    ];
    for (const table of tables.filter(({ name }) => kindOfTable.has(name) || name === "staff.source_person")) {
      const closed = role === "lanyard_work" && healthTables.has(table.name);
      for (const [name, context, organisation, may] of cases) {
        for (const statement of [
          `update ${table.name} set connection_id = connection_id where controller_org = '${organisation}'`,
          `delete from ${table.name}`,
        ]) {
          const isDelete = statement.startsWith("delete");
          if (isDelete && !kindOfTable.has(table.name)) continue;
          row.tried += 1;
          const client = await store.pools[role].connect();
          try {
            await client.query("begin");
            await client.query("select set_config('lanyard.write', $1, true)", [context]);
            const { rowCount } = await client.query(statement);
            if (may && !closed && !isDelete && rowCount === 1) row.refused += 1;
            else {
              row.leaked += 1;
              examples.push(`${role} writes ${table.name} ${name}`);
            }
          } catch (error) {
            if ((error as { code?: string }).code !== "42501") throw error;
            if (may && !closed && !isDelete) {
              row.missed += 1;
              examples.push(`${role} cannot write ${table.name} ${name}`);
            } else row.refused += 1;
          } finally {
            await client.query("rollback");
            client.release();
          }
        }
      }
    }
  }
  return { ...row, examples: examples.slice(0, 10) };
}

export const group: SecurityGroup = {
  what: "every table about somebody, as every login of the database, shows the rows of a signed scope and nothing else",
  async run({ note }) {
    const database = await filledDatabase();
    try {
      note(`${database.tables.length} tables, ${loginRoles.length} logins`);
      return [...(await reading(database)), await writing(database)];
    } finally {
      await database.close();
    }
  },
};
