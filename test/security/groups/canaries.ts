/**
 * Canaries: people whose every particular occurs nowhere else go through everything the hub does, and through everything
 * that can go wrong; then every place where nobody may be is searched for them.
 */
import { type Aviary, aviary } from "../canaries/disguise";
import { type CanaryHub, schemasOf, startCanaryHub, tablesOf } from "../canaries/hub";
import { ask, commandsOf, pagesOf, questions } from "../canaries/questions";
import { forms, Net } from "../canaries/search";
import { badPushes, badVendors, type Place, pushInTheDark } from "../canaries/trouble";
import type { Row, SecurityGroup } from "../group";

/** Tables that hold people, and are there for it; all others may not. */
const personSchemas = new Set(["staff", "learning", "oh", "checks", "movement"]);
const mostExamples = 8;

/** What the hub has said, written and stored, but for the tables of people. */
async function everyPlace(hub: CanaryHub): Promise<Place[]> {
  const places: Place[] = [];
  const schemas = (await schemasOf(hub)).filter((name) => !personSchemas.has(name));
  for (const [name, text] of await tablesOf(hub, schemas)) places.push({ name: `table ${name}`, text });
  const jobs = await hub.jobs();
  if (jobs !== undefined) places.push({ name: "Redis", text: jobs });
  places.push({ name: "what the hub said", text: hub.running.said });
  for (const [name, text] of hub.files()) places.push({ name: `file ${name}`, text });
  return places;
}

function searched(net: Net, canaries: ReadonlySet<string>, places: readonly Place[]): Row {
  const examples: string[] = [];
  const leaked = new Set<string>();
  for (const { name, text } of places) {
    for (const { canary, form, around } of net.search(text)) {
      leaked.add(canary);
      if (examples.length < mostExamples) examples.push(`${name} (${form}): ${around}`);
    }
  }
  const check = `canaries searched for in ${places.length} places where nobody may be`;
  return { check, tried: canaries.size, refused: canaries.size - leaked.size, leaked: leaked.size, missed: 0, examples };
}

/** The net is real: where people belong, they are found by the same search. Some are disguises of one source only, or were refused. */
async function atHome(net: Net, canaries: ReadonlySet<string>, hub: CanaryHub): Promise<Row> {
  const homes = await tablesOf(hub, [...personSchemas]);
  const found = new Set([...homes.values()].flatMap((text) => net.search(text).map(({ canary }) => canary)));
  const expected = Math.ceil(canaries.size / 4);
  const check = `of them found in the tables of people by the same search: ${found.size} (at least a quarter)`;
  return { check, tried: expected, refused: 0, leaked: 0, missed: Math.max(0, expected - found.size) };
}

function planted(net: Net, canary: string): Row {
  const bytes = Buffer.from(`..${canary}..`, "utf8");
  const written: Record<(typeof forms)[number], string> = {
    plain: `{"level":"error","name":"${canary}"}`,
    base64: bytes.toString("base64"),
    url: `/x?name=${encodeURIComponent(canary)}`,
    json: `"${canary.replace("ë", "\\u00eb")}"`,
    hex: `\\x${bytes.toString("hex")}`,
  };
  const missed = forms.filter((form) => !net.search(written[form]).some((hit) => hit.canary === canary));
  return {
    check: "a canary planted in each form is found",
    tried: forms.length,
    refused: 0,
    leaked: 0,
    missed: missed.length,
    examples: missed,
  };
}

async function through(hub: CanaryHub, birds: Aviary, long: boolean, note: (line: string) => void): Promise<Row[]> {
  note("pushes, files and vendors that go wrong");
  const places = [...(await badPushes(hub, birds.hatch, long ? 24 : 6)), ...(await badVendors(hub, birds.hatch))];
  note("questions, pages and commands");
  places.push(...(await questions(hub, birds.hatch, [...birds.canaries])));
  places.push(...(await pagesOf(hub, "P. Okafor (ESR team)")), ...(await commandsOf(hub)));
  // The database goes away under questions and pushes: what is logged then is logged in anger.
  await hub.postgres.stop("immediate");
  places.push({ name: "answer without a database", text: await ask(hub, birds.hatch().slice(0, -1), "{ me { id } }") });
  places.push(await pushInTheDark(hub, birds.hatch));
  await hub.postgres.start();
  places.push(...(await everyPlace(hub)));
  note(`searching ${places.length} places for ${birds.canaries.size} canaries`);
  const net = new Net(birds.canaries);
  return [searched(net, birds.canaries, places), await atHome(net, birds.canaries, hub), planted(net, [...birds.canaries][0]!)];
}

export const group: SecurityGroup = {
  what: "nobody is in a log, a job, an error, a problem, an audit row, a page, a file or an answer to somebody who may see nobody",
  async run({ long, note }) {
    const birds = aviary();
    note("starting a hub over the demonstration's systems");
    const hub = await startCanaryHub(birds.disguise);
    try {
      return await through(hub, birds, long, note);
    } finally {
      await hub.close();
    }
  },
};
