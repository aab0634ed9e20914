/**
 * The secrets of connectors, of vendors and of the hub go in and never come out: wrong ones, malformed ones, ones that a vendor
 * says aloud. Whatever is answered, shown, logged or stored is searched for them; what shows a new key once is shown to find it.
 */
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type CanaryHub, schemasOf, startCanaryHub, tablesOf, untilIdle } from "../canaries/hub";
import { ask, pagesOf } from "../canaries/questions";
import { Net } from "../canaries/search";
import type { Place } from "../canaries/trouble";
import { walk } from "../graph-sweep/walk";
import type { Row, SecurityGroup } from "../group";
import { addConnections, badConfigurations, newSecret, type Secrets } from "../secrets/connections";
import { startTelltale, type Telltale } from "../secrets/telltale";

const mostExamples = 12;
const atOnce = 4;
const why = ["--reason", "a test of what comes back"];

interface World {
  readonly hub: CanaryHub;
  readonly telltale: Telltale;
  readonly secrets: Secrets;
  /** Everything that was answered. */
  readonly places: Place[];
  /** What was to happen and did not. */
  readonly missed: string[];
}

async function run({ hub, places }: World, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { text } = await hub.lanyardWith(env, ...args);
  places.push({ name: `lanyard ${args.slice(0, 3).join(" ")}`, text });
  return text;
}

async function inTurns(all: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...all];
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await one();
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

/** Every connection whose secret is wrong has failed for the reason that it was made for. */
async function badConnections(world: World): Promise<void> {
  await inTurns(
    Object.entries(world.secrets.expected).map(([id, codes]) => async () => {
      const text = await run(world, ["sync", id, "--json"]);
      if (!new RegExp(`\\b(${codes})\\b|"busy":\\["${id}"`).test(text))
        world.missed.push(`sync ${id}: not ${codes}: ${text.slice(0, 300)}`);
    }),
  );
}

interface Shown {
  readonly id: string;
  readonly secret: string;
}

/** A key is shown once, by the command that makes it; that answer is looked at without it. */
async function issued({ hub, places, secrets, missed }: World, args: readonly string[]): Promise<Shown> {
  const { text } = await hub.lanyard(...args, "--json");
  const shown = JSON.parse(text.slice(text.indexOf("{"))) as Shown;
  if (!new Net([shown.secret]).search(text).length) missed.push(`${args.join(" ")}: the search does not find the key in its own answer`);
  secrets.values.set(args.slice(0, 2).join(" "), shown.secret);
  const [, body = ""] = shown.secret.split("_");
  secrets.values.set(`${args.slice(0, 2).join(" ")}, as bytes`, Buffer.from(body, "base64").toString("hex"));
  places.push({ name: `lanyard ${args.join(" ")} but for the key`, text: text.replaceAll(shown.secret, "") });
  return shown;
}

async function vendorKeys(world: World): Promise<void> {
  const { hub, places } = world;
  const first = await issued(world, ["keys", "issue", "zqc-tidewater"]);
  const second = await issued(world, ["keys", "rotate", "zqc-tidewater", ...why]);
  const apiKey = await issued(world, ["keys", "issue", "zqb-fernleaf", "--api-key"]);
  const push = async (secret: string, body: string, more: Readonly<Record<string, string>> = {}) => {
    const at = new Date();
    const id = `msg_${randomBytes(6).toString("hex")}`;
    const response = await fetch(`${hub.origin}/intake/zqc-tidewater/records`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": id,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
        ...more,
      },
      body,
    });
    const text = `${response.status} ${JSON.stringify(Object.fromEntries(response.headers))} ${await response.text()}`;
    places.push({ name: "answer to a vendor", text });
    return response.status;
  };
  // With the key, with it in the wrong places, and with a body that repeats it.
  const accepted = await push(second.secret, JSON.stringify({ records: [] }));
  if (accepted === 401) world.missed.push("a push signed with the new key was not let in");
  await push(second.secret, JSON.stringify({ records: [{ id: "x", [second.secret]: second.secret }] }));
  await push(second.secret, "{}", { authorization: `Bearer ${second.secret}`, "webhook-signature": second.secret });
  await push(second.secret, "{}", { "webhook-id": first.secret.slice(6) });
  for (const key of [apiKey.secret, second.secret])
    for (const body of ["{}", JSON.stringify({ type: key, subject: key })]) {
      const response = await fetch(`${hub.origin}/events`, {
        method: "POST",
        headers: { apikey: key, "content-type": "application/json" },
        body,
      });
      places.push({ name: "answer to an event", text: `${response.status} ${await response.text()}` });
    }
  await run(world, ["keys", "revoke", first.id, ...why, "--json"]);
  // By mistake in the place of something else: what is typed is known to who types it, and must not stay behind in the audit.
  for (const args of [
    ["keys", "revoke", second.secret, ...why],
    ["keys", "add-public", "zqc-tidewater", second.secret],
    ["keys", "issue", second.secret],
    ["where", second.secret],
    ["connections", "pause", second.secret, ...why],
  ])
    await hub.lanyard(...args, "--json");
}

const commands: readonly (readonly string[])[] = [
  ["status"],
  ["problems"],
  ["doctor"],
  ["keys", "list"],
  ["signing", "rotate", ...why],
  ["signing", "list"],
  ["connections", "pause", "told-token", ...why],
  ["connections", "resume", "told-token", ...why],
  ["keys", "rotate-data", ...why],
  ["contract-test", "wrong-moodle", "--kind", "lms"],
];

async function asked(world: World): Promise<void> {
  await inTurns(
    commands.flatMap((args) => [[...args, "--json"], ...(args[0] === "doctor" ? [args] : [])]).map((args) => () => run(world, args)),
  );
}

async function questions(world: World): Promise<number> {
  const { hub, places } = world;
  const operations = walk().operations.filter(({ root }) => ["operations", "heldSnapshots"].includes(root));
  let answered = 0;
  for (const who of [
    ["--as", "ops"],
    ["--as", "trust-admin", "--organisation", "ZQD"],
  ]) {
    const { text } = await hub.lanyard("token", "--json", ...who);
    const { token } = JSON.parse(text.slice(text.indexOf("{"))) as { token: string };
    for (const { name, query } of operations) {
      const said = await ask(hub, token, query({ staff: "x", organisation: "ZQD", identifier: "x", thing: "told-token" }));
      if (said.startsWith("200") && said.includes('"data":{')) answered += 1;
      places.push({ name: `graph ${name}`, text: said });
    }
  }
  return answered;
}

/** Configurations, keys and addresses with a secret where it cannot be read: what is said of them names the place, not the value. */
async function malformed(world: World): Promise<void> {
  const { hub, secrets, missed } = world;
  const keep = (name: string, value: string) => {
    secrets.values.set(name, value);
    return value;
  };
  const broken: { args: readonly string[]; env?: Readonly<Record<string, string>> }[] = [];
  for (const file of badConfigurations(hub.folder, secrets.values)) broken.push({ args: ["status", "--json", "--config", file] });
  const key = keep("a LANYARD_KEY that is none", newSecret());
  const other = keep("another LANYARD_KEY", randomBytes(32).toString("base64"));
  const password = keep("of the database", newSecret("letters"));
  const address = new URL(hub.environment.DATABASE_URL!);
  address.password = password;
  const redis = keep("of Redis", newSecret("letters"));
  broken.push(
    { args: ["status", "--json"], env: { LANYARD_KEY: key } },
    { args: ["keys", "list", "--json"], env: { LANYARD_KEY: other } },
    { args: ["status", "--json"], env: { DATABASE_URL: address.href } },
    { args: ["status", "--json"], env: { DATABASE_URL: `postgres://lanyard:${password}@not a host:port/x` } },
    { args: ["status", "--json"], env: { REDIS_URL: `redis://:${redis}@127.0.0.1:1` } },
    { args: ["keys", "rewrap", "--new-key-env", "ZQV_NEW", ...why, "--json"], env: { ZQV_NEW: key } },
  );
  await inTurns(
    broken.map(({ args, env = {} }) => async () => {
      const text = await run(world, args, env);
      const isTold = /"(faults|code)"|"state"|no reason|"ok"|"outcome"/.test(text);
      if (!isTold) missed.push(`${args.join(" ")}: nothing is said of what is wrong: ${text.slice(0, 200)}`);
    }),
  );
}

async function everySink({ hub, places }: World): Promise<void> {
  for (const [name, text] of await tablesOf(hub, await schemasOf(hub))) places.push({ name: `table ${name}`, text });
  const jobs = await hub.jobs();
  if (jobs !== undefined) places.push({ name: "Redis", text: jobs });
  places.push({ name: "what the hub said", text: hub.running.said });
}

function searched({ places, secrets }: World, long: boolean): Row[] {
  const names = new Map([...secrets.values].map(([name, value]) => [value, name]));
  const net = new Net(names.keys());
  const leaked = new Map<string, string>();
  for (const { name, text } of places)
    for (const { canary, form, around } of net.search(text))
      if (!leaked.has(`${names.get(canary)} ${name}`))
        leaked.set(`${names.get(canary)} ${name}`, `${names.get(canary)} in ${name} (${form}): ${around}`);
  const kinds = new Set([...leaked.values()]);
  return [
    {
      check: `secrets and keys searched for in ${places.length} answers, pages, errors, logs and tables`,
      tried: names.size * places.length,
      refused: names.size * places.length - kinds.size,
      leaked: kinds.size,
      missed: 0,
      examples: [...kinds].slice(0, long ? undefined : mostExamples),
    },
  ];
}

/** The net is real: what really went out to the vendors is found in what they heard, by the same search. */
function wentOut({ telltale, secrets }: World): Row {
  const sent = ["told-token", "told-words", "told-moodle"];
  const basic = Buffer.from(`lanyard:${secrets.values.get("told-basic")}`).toString("base64");
  const found = new Net(sent.map((name) => secrets.values.get(name)!)).search(telltale.heard.replaceAll("+", "%20"));
  const missed = [
    ...sent.filter((name) => !found.some(({ canary }) => canary === secrets.values.get(name))),
    ...(telltale.heard.includes(basic) ? [] : ["told-basic"]),
  ];
  const check = "of them found by the same search in what a vendor heard";
  return { check, tried: sent.length + 1, refused: 0, leaked: 0, missed: missed.length, examples: missed };
}

export const group: SecurityGroup = {
  what: "no secret of a connector, no key of a vendor and no key of the hub comes back in an answer, a page, an error, a log or a table",
  async run({ long, note }) {
    const telltale = await startTelltale();
    let secrets!: Secrets;
    const key = randomBytes(32).toString("base64");
    const hub = await startCanaryHub(undefined, async (sandbox) => {
      secrets = await addConnections(sandbox, telltale);
      secrets.values.set("LANYARD_KEY", key);
      return { ...secrets.environment, LANYARD_KEY: key };
    });
    const world: World = { hub, telltale, secrets, places: [], missed: [] };
    secrets.values.set("of the administrator", decodeURIComponent(new URL(hub.environment.DATABASE_URL!).password));
    try {
      note("connections with secrets that are wrong, malformed or said aloud");
      await untilIdle(hub);
      await badConnections(world);
      note("keys of vendors, commands, malformed secrets");
      await vendorKeys(world);
      await asked(world);
      await malformed(world);
      note("questions and pages");
      const answered = await questions(world);
      world.places.push(...(await pagesOf(hub, "P. Okafor (ESR team)")));
      await everySink(world);
      note(`searching ${world.places.length} places for ${secrets.values.size} secrets`);
      const steps = Object.keys(secrets.expected).length;
      return [
        ...searched(world, long),
        wentOut(world),
        {
          check: `what had to happen for it: ${steps} connections that fail for their reason, ${answered} questions answered`,
          tried: steps + answered,
          refused: 0,
          leaked: 0,
          missed: world.missed.length + (answered >= 10 ? 0 : 1),
          examples: world.missed,
        },
      ];
    } finally {
      await hub.close();
      await secrets.sftp.close();
      await telltale.close();
    }
  },
};
