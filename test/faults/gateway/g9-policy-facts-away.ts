import { createPool } from "../../../platform/database";
import type { Fault } from "../fault";
import { askerOf } from "../kit/asking";
import { gatewayWorld, mustBeWhole, wholeAgain } from "../kit/gateway";

const record = `query Record($after: String) { staffMembers(organisation: "ZQA", first: 3, after: $after) { edges { node { id name { given family }
  learning { competences { subject } } checks { registrations { body } } } } } }`;

/**
 * What opens and closes access cannot be read (a table is away, is locked, or all connections are cut): nothing of anybody is shown,
 * and the asker is told to come again; when it is back, so are the answers.
 */
export const fault: Fault = {
  id: "G9",
  shortSeeds: 3,
  async run(arena) {
    const world = await gatewayWorld(arena, { parts: [] });
    mustBeWhole(await world.ask());
    const ask = await askerOf(world, { as: "hr", organisation: "ZQA" });
    const pool = createPool({ url: world.environment.DATABASE_URL!, max: 3, applicationName: "g9" });
    arena.after(() => pool.end());
    const table = ["movement.placement", "movement.sharing_agreement", "staff.assignment"][Math.floor(arena.random() * 3)]!;
    const ways = ["away", "locked"] as const;
    const way = ways[arena.seed % ways.length]!;
    arena.note(`${table} is ${way}`);
    const [schema, name] = table.split(".") as [string, string];
    const holder = await pool.connect();
    try {
      if (way === "away") await holder.query(`alter table ${schema}.${name} rename to ${name}_away`);
      else {
        await holder.query("begin");
        await holder.query(`lock table ${schema}.${name} in access exclusive mode`);
      }
      for (const told of await Promise.all([world.ask(), world.ask(), ask({ query: record })])) {
        const people = JSON.stringify("json" in told ? told.json?.data : told.person);
        if (/"(family|given|subject|body)":"/.test(people ?? "")) throw new Error(`shown all the same: ${told.text.slice(0, 400)}`);
        const codes: unknown[] = (JSON.parse(told.text).errors ?? []).map((error: any) => error.extensions?.code);
        if (told.status >= 500 && told.status !== 503) throw new Error(`${told.status}: ${told.text.slice(0, 400)}`);
        if (!codes.includes("UPSTREAM_UNAVAILABLE")) throw new Error(`not told to come again: ${told.status} ${told.text.slice(0, 400)}`);
        if (/relation|select |_away|canceling/i.test(told.text)) throw new Error(`the database's own words: ${told.text.slice(0, 400)}`);
      }
    } finally {
      if (way === "away") await holder.query(`alter table ${schema}.${name}_away rename to ${name}`).catch(() => undefined);
      else await holder.query("rollback").catch(() => undefined);
      holder.release();
    }
    return { lost: 0, doubled: 0, uncertain: 0, recoveryMs: await wholeAgain(world) };
  },
};
