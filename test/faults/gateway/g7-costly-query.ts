import { createPool } from "../../../platform/database";
import { abuses } from "../../security/corpora/graphql";
import type { Fault } from "../fault";
import { askerOf } from "../kit/asking";
import { gatewayWorld, mustBeWhole } from "../kit/gateway";

const costly = new Set(["aliases", "depth", "fragments", "directives", "tokens", "cost"]);
const askedShort = 60;
const askedLong = 250;

/**
 * Operations that would cost too much, among them 200 aliases, 5,000 tokens and hundreds of levels: refused with a 4xx before anything is
 * read, while somebody else's record is answered as always.
 */
export const fault: Fault = {
  id: "G7",
  shortSeeds: 1,
  async run(arena) {
    const world = await gatewayWorld(arena, { parts: [] });
    mustBeWhole(await world.ask());
    const ask = await askerOf(world, { as: "oh", organisation: "ZQA" });
    const pool = createPool({ url: world.environment.DATABASE_URL!, max: 1, applicationName: "g7" });
    arena.after(() => pool.end());
    const all = abuses().filter(({ kind }) => costly.has(kind));
    const always = all.filter(({ name }) => /^(200 of one root field|5000 fields|500 levels of a field|100000|60 that double)/.test(name));
    if (always.length < 4) throw new Error("the operations that the catalogue names are not in the corpus");
    const others = all.filter((one) => !always.includes(one)).sort(() => arena.random() - 0.5);
    for (const { kind, name, body } of [...always, ...others].slice(0, arena.long ? askedLong : askedShort)) {
      const heard = await ask(body);
      const nothing = Object.values(heard.json?.data ?? {}).every((value) => value === null);
      const told = heard.json?.errors?.[0]?.extensions?.code;
      const byResolver = heard.status === 200 && nothing && (told === "BAD_USER_INPUT" || told === "FORBIDDEN");
      // The budget of one caller is small beside a hundred attacks: that is a refusal, too.
      if (!byResolver && (heard.status < 400 || heard.status > 499 || !nothing))
        throw new Error(`${kind}, ${name}: ${heard.status} ${heard.text.slice(0, 300)}`);
      if (heard.ms > 10_000) throw new Error(`${kind}, ${name}: ${Math.round(heard.ms)} ms`);
    }
    mustBeWhole(await world.ask());
    const { rows } = await pool.query("select count(*)::int as n from audit.event where role = 'oh' and decision <> 'DENY'");
    if (rows[0].n > 0) throw new Error(`${rows[0].n} of them were answered`);
    return { lost: 0, doubled: 0, uncertain: 0 };
  },
};
