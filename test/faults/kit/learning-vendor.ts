/** A learning system behind a hop that spoils its answers, two connections to it, and as many workers as a test wants. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type Meddling, startMeddler } from "../../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Arena } from "../fault";
import { type Compared, compareWithTruth } from "./truth";

export type LearningVendor = Awaited<ReturnType<typeof learningVendor>>;

/** Connections `zqa-moodle` and `zqa-second` ask one installation; `zqa-esr` another vendor's. */
export async function learningVendor(arena: Arena, more: { at?: string; options?: string; pageSize?: number } = {}) {
  const people = Array.from({ length: 6 + Math.floor(arena.random() * 6) }, () => anEsrPerson());
  const clock = fixedClock(more.at ?? "2026-11-22T09:00:00Z");
  const site = moodleSite(people);
  const moodle = await startMoodle({ data: site, token: moodleToken, clock });
  arena.after(() => moodle.close());
  const meddler = await startMeddler(moodle.url);
  arena.after(() => meddler.close());
  const database = await arena.database();
  const one = moodleYaml(meddler.url, { settings: `pageSize: ${more.pageSize ?? 3}`, options: more.options });
  const yaml = `${one}${one.replace("zqa-moodle", "zqa-second")}
  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
`;
  const worker = async (): Promise<TestHub> => {
    const hub = await testHub({ yaml, folder: arena.folder, databaseUrl: database.url, clock, values: moodleValues });
    arena.after(() => hub.close());
    return hub;
  };
  const hub = await worker();
  writeGoFile(`${arena.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  return {
    people,
    clock,
    meddler,
    hub,
    worker,
    /** The one row that all workers share. */
    pace: async () => (await hub.rows("select * from ops.vendor_pace where instance like 'moodle %'"))[0]!,
    /** Time passes on the database's clock: what was told, and the breaker's pause, are over. */
    async pauseIsOver() {
      await hub.rows(
        `update ops.vendor_pace set blocked_until = null, probe_at = case when open_since is not null then now() end,
           probe_until = null where instance like 'moodle %'`,
      );
    },
    async compare(connections: readonly string[] = ["zqa-moodle"]): Promise<Compared> {
      const records = site.users.map(({ username }) => ({ kind: "achievement" as const, sourceId: `${username}|11` }));
      const all = await Promise.all(connections.map((id) => compareWithTruth(hub, id, { records })));
      return {
        lost: all.reduce((sum, { lost }) => sum + lost, 0),
        doubled: all.at(-1)!.doubled,
        uncertain: all.reduce((sum, { uncertain }) => sum + uncertain, 0),
        differences: all.flatMap(({ differences }) => differences),
      };
    },
  };
}

export const isReport = (body: string): boolean => body.includes("core_reportbuilder_retrieve_report");
export const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Meddling => ({
  status,
  headers,
  contentType: "text/plain",
  body: "not now",
});

export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
