/** What a hub must do within a small heap, each in processes of its own. A case throws when it was not done, whatever it held. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { prepareBenchDatabase } from "../../bench/ingest/database";
import { systemClock } from "../../platform/clock";
import { withClient } from "../../platform/database";
import { recordTables } from "../../store/record-tables";
import { batchOf, item, Vendor } from "../faults/kit/push-world";
import { built, commandLine, type Ended, type Held, measured } from "./measured";
import { hugeVendor, pushHuge } from "./vendor";

export interface Ground {
  readonly folder: string;
  readonly records: number;
  /** Address of a new, empty database. */
  database(name: string): Promise<string>;
}
export interface Case {
  readonly name: string;
  /** Megabytes resident that it may hold at most; the heap's own limit is the process's. */
  readonly mostResidentMb: number;
  run(ground: Ground): Promise<Held & { readonly did: string }>;
}

const organisations = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge, cstfAligned: true }
connections:
`;

function demand(what: string, holds: boolean, found: unknown): void {
  if (!holds) throw new Error(`not so: ${what}; found ${JSON.stringify(found)?.slice(0, 2000)}`);
}

/** A folder with a configuration, and the environment in which commands find it. */
function place(ground: Ground, name: string, databaseUrl: string, yaml: string) {
  const folder = path.join(ground.folder, name);
  mkdirSync(folder, { recursive: true });
  const config = path.join(folder, "lanyard.yaml");
  writeFileSync(config, `${organisations}${yaml}`);
  const env = {
    LANYARD_DATA: path.join(folder, ".lanyard"),
    DATABASE_URL: databaseUrl,
    REDIS_URL: "",
    LANYARD_KEY: Buffer.alloc(32, 7).toString("base64"),
    MEMORY_TOKEN: "not-a-secret",
  };
  const command = (...args: readonly string[]) => measured(commandLine, [...args, "--config", config], { folder, env });
  return { folder, command };
}

async function ended(what: string, run: { readonly ended: Promise<Ended> }, codes: readonly (number | null)[] = [0]): Promise<Ended> {
  const end = await run.ended;
  demand(`${what} ends with ${codes.join(" or ")}`, codes.includes(end.code), { code: end.code, stdout: end.stdout, stderr: end.stderr });
  return end;
}

const most = (...all: readonly Held[]): Held => ({
  heapMb: Math.max(...all.map(({ heapMb }) => heapMb)),
  residentMb: Math.max(...all.map(({ residentMb }) => residentMb)),
});

/** Of an answer no more is read than the hub's own limit: the vendor keeps the rest. */
const pulled = (how: "body" | "bomb"): Case => ({
  name: how === "body" ? "poll: an answer of 500 MB" : "poll: a gzip bomb of 500 MB",
  mostResidentMb: 450,
  async run(ground) {
    const vendor = await hugeVendor(how);
    try {
      const { command } = place(
        ground,
        `pull-${how}`,
        await ground.database(`pull_${how}`),
        `  - { id: zqa-moodle, connector: moodle, organisations: [ZQA], everyMinutes: 60, freshWithin: 2h, settings: { baseUrl: "${vendor.url}", token: { env: MEMORY_TOKEN } } }\n`,
      );
      const end = await ended("the sync", command("sync", "zqa-moodle", "--json"), [1]);
      demand("it says that the answer is too large", end.stdout.includes("TOO_LARGE"), end.stdout);
      return { ...end, did: `refused after ${Math.round(vendor.sentBytes() / 1024 / 1024)} MB on the line` };
    } finally {
      await vendor.close();
    }
  },
});

const pushed: Case = {
  name: "push: 500 MB announced, unannounced, as a gzip bomb; four at a time",
  mostResidentMb: 450,
  async run(ground) {
    const { command } = place(
      ground,
      "push",
      await ground.database("push"),
      "  - { id: zqa-lms, connector: push, organisations: [ZQA], freshWithin: 7d }\n",
    );
    const key = JSON.parse((await ended("a key is issued", command("keys", "issue", "zqa-lms", "--json"))).stdout) as { secret: string };
    const hub = command("start", "--role", "intake", "--port", "0");
    const origin = await new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(hub.said());
        if (found) resolve(found[0]);
      };
      hub.child.stdout!.on("data", look);
      hub.child.stderr!.on("data", look);
      hub.ended.then((end) => reject(new Error(`the intake ended: ${end.stderr}`)), reject);
    });
    const vendor = new Vendor("zqa-lms", key.secret, systemClock);
    const url = `${origin}/intake/zqa-lms/records`;
    const answers: (number | undefined)[] = [];
    for (const how of ["announced", "unannounced", "bomb"] as const) {
      const attack = () => pushHuge(url, how, vendor.headers(batchOf([item("of-a-giant")])));
      answers.push(...(await Promise.all([attack(), attack(), attack(), attack()])));
    }
    // A sender that keeps sending may find the line cut before it has read why; nobody is answered otherwise.
    demand(
      "every giant is refused with 413, or cut off",
      answers.every((status) => status === 413 || status === undefined),
      answers,
    );
    demand("some were told so", answers.includes(413), answers);
    const after = await vendor.send(origin, batchOf([item("after-the-giants")]));
    demand("and an ordinary batch is taken", after?.status === 200, after);
    hub.child.kill("SIGTERM");
    const end = await ended("the intake", hub, [0, null]);
    return { ...end, did: `${answers.filter((status) => status === 413).length} of ${answers.length} answered 413, the others cut off` };
  },
};

/** Records of one staff member of the made-up vendor (bench/ingest). */
const eachStaff = 33;

const polled: Case = {
  name: "poll: records over HTTP, page by page",
  mostResidentMb: 450,
  async run(ground) {
    const env = { BENCH_STAFF: String(Math.ceil(ground.records / eachStaff)) };
    const url = await ground.database("poll");
    await prepareBenchDatabase(url);
    const vendor = fork(path.join(built, "bench", "ingest", "vendor.js"), { env: { ...process.env, ...env } });
    try {
      const [{ port }] = (await once(vendor, "message")) as [{ port: number }];
      const script = path.join(built, "bench", "ingest", "worker.js");
      const worker = measured(script, [url, `http://127.0.0.1:${port}`], { folder: ground.folder, env, ipc: true });
      const answer = () =>
        Promise.race([
          once(worker.child, "message").then(([value]) => value as { error?: string; counts?: Record<string, number> }),
          worker.ended.then((end) => Promise.reject(new Error(`the worker ended with ${end.code}: ${end.stderr}`))),
        ]);
      await answer();
      worker.child.send({ do: "end-to-end", edition: 0, digests: false });
      const { error, counts } = await answer();
      demand("the run completes", error === undefined, error);
      worker.child.disconnect();
      const end = await ended("the worker", worker);
      const stored = await storedIn(url);
      demand(`every record is stored`, stored >= ground.records, { stored, counts });
      return { ...end, did: `${stored} records stored` };
    } finally {
      vendor.kill();
    }
  },
};

/** Rows of the record tables: what a run says that it has stored is not asked. */
async function storedIn(url: string): Promise<number> {
  return withClient(
    url,
    async (client) => {
      const counts = [...recordTables.values()].map(({ table }) => `(select count(*) from ${table})`);
      return Number((await client.query(`select ${counts.join(" + ")} as n`)).rows[0].n);
    },
    60_000,
  );
}

const header = "staff_number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until,exposure_prone,organisation";

async function writeClearances(file: string, rows: number): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${header}\n`);
  for (let first = 0; first < rows; first += 5_000) {
    const lines = Array.from({ length: Math.min(5_000, rows - first) }, (_, at) => {
      const [staff, role] = [Math.floor((first + at) / eachStaff), (first + at) % eachStaff];
      return `${20_000_000 + staff},Family${staff},Given${staff % 97},1980-01-0${1 + (staff % 9)},yes,Role ${role},2026-0${1 + (role % 9)}-10,,,ZQA\n`;
    });
    if (!out.write(lines.join(""))) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

let clearances: { readonly command: ReturnType<typeof place>["command"] } | undefined;

const file: Case = {
  name: "file: rows of one CSV file",
  mostResidentMb: 450,
  async run(ground) {
    const url = await ground.database("file");
    const here = place(
      ground,
      "file",
      url,
      "  - { id: zqa-clearances, connector: csv, organisations: [ZQA], organisationFrom: organisation, everyMinutes: 60, freshWithin: 7d, settings: { folder: drop } }\n",
    );
    mkdirSync(path.join(here.folder, "drop"));
    await writeClearances(path.join(here.folder, "drop", "clearances.csv"), ground.records);
    const end = await ended("the sync", here.command("sync", "zqa-clearances", "--json"));
    const stored = await storedIn(url);
    demand("every row is stored", stored === ground.records, { stored, said: end.stdout });
    clearances = here;
    return { ...end, did: `${stored} records stored` };
  },
};

/** Of the file's records, all of them: at least 100,000 items. */
const planned: Case = {
  name: "replay: a plan of every record of that file",
  mostResidentMb: 500,
  async run(ground) {
    if (!clearances) throw new Error("the file was not read: there is nothing to plan");
    const end = await ended(
      "the plan",
      clearances.command("replay", "plan", "--connection", "zqa-clearances", "--reason", "how much memory it takes", "--json"),
    );
    const plan = JSON.parse(end.stdout) as { id: string; records: number; unchanged: number };
    demand("every record is planned, and stays", plan.records === ground.records && plan.unchanged === ground.records, plan);
    const shown = await ended("the plan is shown", clearances.command("replay", "status", plan.id, "--json"));
    return { ...most(end, shown), did: `${plan.records} items planned` };
  },
};

export const cases: readonly Case[] = [pulled("body"), pulled("bomb"), pushed, polled, file, planned];
