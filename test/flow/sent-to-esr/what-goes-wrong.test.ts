import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { EsrGateway } from "../../../outbound/gateway";
import { reconcile } from "../../../outbound/reconcile";
import { runOutbound } from "../../../outbound/run";
import { type EsrWorld, esrWorld } from "./world";

let world: EsrWorld;
beforeEach(async () => {
  world = await esrWorld();
}, 120_000);
afterEach(() => world?.close());

const answer = () => world.lying("991", "Out").filter((name) => name.includes("_CAK_"));
const problemCodes = async () => (await world.hub.problems("zqa-esr")).map(({ code }) => code).filter((code) => code.startsWith("ESR_"));
/** Sent and answered; the answer lies in Out/, unread. */
async function sentAndAnswered(): Promise<number> {
  const { files } = await world.run();
  world.sandbox.systems.esr.step(world.clock.now());
  return files[0]!.records;
}
/** Rewrites the answer: its rows, and with them the trailer. */
function rewrite(name: string, change: (rows: string[]) => string[], as = name): void {
  const file = world.exchange("991", `Out/${name}`);
  const [header, ...rest] = readFileSync(file, "latin1").trimEnd().split("\n");
  const rows = change(rest.slice(0, -1));
  rmSync(file);
  writeFileSync(world.exchange("991", `Out/${as}`), [header!.replace(name, as), ...rows, `TRL~${rows.length}`, ""].join("\n"), "latin1");
}

test("killed before and after every step, whatever was due leaves once, and every row ends where it would have", async () => {
  const { outbound } = world;
  const steps: (keyof typeof outbound.store.esr)[] = ["changed", "people", "storeJudgements", "writeFile", "beginLeaving", "markSent"];
  class Killed extends Error {}
  const dying = <T extends object>(of: T, step: string, when: "before" | "after"): T =>
    new Proxy(of, {
      get: (target, name) => {
        const found = Reflect.get(target, name);
        if (name !== step) return found;
        return async (...given: unknown[]) => {
          if (when === "before") throw new Killed();
          await (found as (...given: unknown[]) => Promise<unknown>).apply(target, given);
          throw new Killed();
        };
      },
    });
  const gateway = outbound.gateways.get("ZQA")!;
  for (const when of ["before", "after"] as const) {
    for (const step of steps) {
      const store = {
        ...outbound.store,
        audit: outbound.store.audit,
        exclusively: outbound.store.exclusively,
        connections: outbound.store.connections,
      };
      const killed = { ...outbound, store: { ...store, esr: dying(outbound.store.esr, step, when) } };
      await runOutbound(killed, "ZQA").catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
    }
    for (const step of ["put", "settle"]) {
      const killed = { ...outbound, gateways: new Map([["ZQA", dying<EsrGateway>(gateway, step, when)]]) };
      await runOutbound(killed, "ZQA").catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      world.sandbox.systems.esr.step(world.clock.now());
    }
  }
  await world.run();
  world.sandbox.systems.esr.step(world.clock.now());
  await world.run();
  const states = await world.states();
  expect(Object.keys(states).sort()).toEqual(["ACKNOWLEDGED", "REFUSED"]);
  expect(await world.hub.count("ops.esr_file", "organisation = 'ZQA'")).toBe(1);
  const esr = JSON.parse(readFileSync(world.exchange("991", "esr.json"), "utf8"));
  expect(esr.loaded).toHaveLength(states.ACKNOWLEDGED!);
  expect(Object.keys(esr.files)).toHaveLength(1);
}, 60_000);

test("E1: while ESR is closed what is due waits, is counted once, and goes when it opens", async () => {
  renameSync(world.exchange("991", "In"), world.exchange("991", "closed"));
  const closed = await world.run();
  expect(closed.error).toMatchObject({ code: "ESR_UNREACHABLE", class: "downstream" });
  expect(await problemCodes()).toContain("ESR_UNREACHABLE");
  const again = await world.run();
  expect(again).toMatchObject({ due: 0, error: { code: "ESR_UNREACHABLE" } });
  renameSync(world.exchange("991", "closed"), world.exchange("991", "In"));
  expect((await world.run()).error).toBeUndefined();
  expect(await world.states()).toEqual({ SENT: closed.due });
  expect(await world.hub.count("ops.esr_file", "organisation = 'ZQA'")).toBe(1);
  expect(await problemCodes()).not.toContain("ESR_UNREACHABLE");
});

test("one value that no column of the layout takes keeps the file back, is named by its delivery, and ends with its correction", async () => {
  renameSync(world.exchange("991", "Out"), world.exchange("991", "closed"));
  const { due } = await world.run();
  renameSync(world.exchange("991", "closed"), world.exchange("991", "Out"));
  const [one] = await world.hub.rows("select id, esr_name from ops.esr_delivery where state = 'DUE' order by id limit 1");
  await world.hub.rows("update ops.esr_delivery set esr_name = 'NHS|CSTF|Łódź|' where id = $1", [one!.id]);
  expect((await world.run()).error).toMatchObject({
    code: "ESR_VALUE_UNSENDABLE",
    detail: { column: "competenceName", reference: one!.id },
  });
  expect(await problemCodes()).toContain("ESR_VALUE_UNSENDABLE");
  expect(await world.states()).toEqual({ DUE: due });
  await world.hub.rows("update ops.esr_delivery set esr_name = $2 where id = $1", [one!.id, one!.esr_name]);
  expect((await world.run()).error).toBeUndefined();
  expect(await problemCodes()).not.toContain("ESR_VALUE_UNSENDABLE");
  expect(await world.states()).toEqual({ SENT: due });
});

test("E2: an acknowledgement that is lost is asked for, nothing is sent again, and ESR's own file settles it", async () => {
  const records = await sentAndAnswered();
  for (const name of answer()) rmSync(world.exchange("991", `Out/${name}`));
  world.clock.advance(49 * 3_600_000);
  expect(await world.run()).toMatchObject({ files: [], reconciled: { unanswered: records } });
  expect(await problemCodes()).toContain("ESR_ACK_MISSING");
  world.sandbox.systems.esr.step(world.clock.now());
  await world.hub.sync("zqa-esr");
  const found = await reconcile(world.outbound, "ZQA");
  expect(found!.returned).toBeGreaterThan(100);
  expect(await world.states()).toEqual({ RETURNED: found!.returned, SENT: records - found!.returned });
  expect(world.lying("991", "In/taken")).toHaveLength(1);
});

test("E4: an answer told twice changes nothing; one for nobody, and one against the first, are alarms", async () => {
  await sentAndAnswered();
  const [name] = answer();
  const bytes = readFileSync(world.exchange("991", `Out/${name}`));
  await world.run();
  const before = await world.states();
  writeFileSync(world.exchange("991", `Out/${name}`), bytes);
  expect(await world.run()).toMatchObject({ answers: { files: 1, loaded: 0, refused: 0, doubtful: 0 } });
  expect(await problemCodes()).not.toContain("ESR_ACK_UNKNOWN");
  writeFileSync(world.exchange("991", `Out/${name}`), bytes);
  rewrite(
    name!,
    (rows) => [rows[0]!.replace(/^ACK~1~[^~]*/, "ACK~1~00000000-0000-4000-8000-000000000000")],
    name!.replace("00000001.DAT", "00000002.DAT"),
  );
  writeFileSync(world.exchange("991", `Out/${name}`), bytes);
  rewrite(
    name!,
    (rows) => [rows.find((row) => row.includes("LOADED"))!.replace(/LOADED~\d+~/, "REJECTED~~01")],
    name!.replace("00000001.DAT", "00000003.DAT"),
  );
  expect(await world.run()).toMatchObject({ answers: { doubtful: 2 } });
  expect(await problemCodes()).toEqual(expect.arrayContaining(["ESR_ACK_UNKNOWN", "ESR_ACK_CONFLICT"]));
  expect(await world.states()).toEqual(before);
});

test("E5: what half an answer tells is noted, the rest stays open until it is told; an unreadable one is left and named", async () => {
  const records = await sentAndAnswered();
  const [name] = answer();
  const bytes = readFileSync(world.exchange("991", `Out/${name}`));
  rewrite(name!, (rows) => rows.slice(0, 10));
  await world.run();
  const half = await world.states();
  expect(half.SENT).toBe(records - 10);
  expect(await world.hub.rows("select state from ops.esr_file where organisation = 'ZQA'")).toEqual([{ state: "SENT" }]);
  writeFileSync(world.exchange("991", `Out/${name}`), bytes.subarray(0, bytes.length - 300));
  await world.run();
  expect(await problemCodes()).toContain("ESR_ACK_UNREADABLE");
  expect(await world.states()).toEqual(half);
  writeFileSync(world.exchange("991", `Out/${name}`), bytes);
  await world.run();
  expect((await world.states()).SENT).toBeUndefined();
  expect(await world.hub.rows("select state from ops.esr_file where organisation = 'ZQA'")).toEqual([{ state: "ACKNOWLEDGED" }]);
  expect(await problemCodes()).not.toContain("ESR_ACK_UNREADABLE");
});

test("E3: a refused record goes again when ESR has changed about the person, and not because of something new of theirs", async () => {
  const { hub } = world;
  await sentAndAnswered();
  await world.run();
  const { REFUSED } = await world.states();
  const [one] = await hub.rows(
    "select staff_member_id as staff, record_id as record from ops.esr_delivery where state = 'REFUSED' limit 1",
  );
  await hub.rows("update learning.competence_award set known_from = nextval('ops.knowing') where id = $1", [one!.record]);
  expect(await world.run()).toMatchObject({ judged: 1, due: 0, dropped: 0, files: [] });
  await hub.rows("update staff.assignment set known_from = nextval('ops.knowing') where staff_member_id = $1", [one!.staff]);
  expect(await world.run()).toMatchObject({ judged: 1, due: REFUSED, files: [{ records: REFUSED, sent: true }] });
});

test("E5: whatever else lies in the folder, the answer among it is read and what is due goes", async () => {
  const records = await sentAndAnswered();
  const [name] = answer();
  const put = (as: string, bytes: string) => writeFileSync(world.exchange("991", `Out/${as}`), bytes, "latin1");
  const header = (as: string, answers: string) => `HDR~${as}~20261122 100000~991~${answers}~provisional-1`;
  put("A.DAT", `${header("A.DAT", "LY_991_ESR_CAW_20261122_00000001.DAT")}\nACK~1~${"-".repeat(36)}~LOADED~7~\nTRL~1\n`);
  put("B.DAT", `${header("B.DAT", "LY\x00991")}\nTRL~0\n`);
  writeFileSync(Buffer.concat([Buffer.from(world.exchange("991", "Out/C")), Buffer.from([0xff])]), "a name that is no UTF-8");
  writeFileSync(world.exchange("991", "Out/D.bin"), "");
  truncateSync(world.exchange("991", "Out/D.bin"), 3 * 2 ** 30);
  put("E.DAT", `${header("E.DAT", "LY_991_ESR_CAW_20261122_00000099.DAT")}\nTRL~0\n`);
  const run = await world.run();
  expect(run.error).toBeUndefined();
  expect(run.answers).toMatchObject({ files: 2 });
  expect(run.answers.loaded + run.answers.refused).toBe(records);
  expect(world.lying("991", "Out")).not.toContain(name);
  expect((await problemCodes()).filter((code) => code === "ESR_ACK_UNREADABLE")).toHaveLength(4);
  expect(await problemCodes()).toContain("ESR_ACK_UNKNOWN");
});

test("what is withdrawn, moved back or moved to somebody else after ESR has it is a problem until ESR shows the correction", async () => {
  await sentAndAnswered();
  await world.run();
  const { hub } = world;
  const sent = await hub.rows(
    "select record_id as id, esr_element_id as element from ops.esr_delivery d where state = 'ACKNOWLEDGED' and not exists (select 1 from learning.competence_award a where a.staff_member_id = d.staff_member_id and a.competence = d.competence and a.id <> d.record_id) order by id limit 4",
  );
  const [gone, moved, renewed, removed] = sent.map(({ id }) => id);
  const told = (id: string, change: string) => hub.rows(`update learning.competence_award set ${change} where id = '${id}'`);
  expect(await problemCodes()).not.toContain("ESR_NO_LONGER_TOLD");
  await told(gone, "source_state = 'WITHDRAWN'");
  await told(moved, "awarded_on = awarded_on - 30");
  await told(renewed, "awarded_on = awarded_on + 30");
  expect((await world.run()).reconciled).toMatchObject({ noLongerTold: 2, removedByEsr: 0 });
  const [problem] = (await hub.problems("zqa-esr")).filter(({ code }) => code === "ESR_NO_LONGER_TOLD");
  expect(problem).toMatchObject({
    count: 2,
    owner: "TRUST",
    say: expect.stringContaining("Northbridge University Hospitals has been sent 2 awards"),
  });
  await told(gone, "source_state = 'IN_FORCE'");
  await told(moved, "awarded_on = awarded_on + 30");
  expect((await world.run()).reconciled).toMatchObject({ noLongerTold: 0, removedByEsr: 0 });
  expect(await problemCodes()).not.toContain("ESR_NO_LONGER_TOLD");
  world.clock.advance(10 * 60_000);
  world.sandbox.systems.esr.step(world.clock.now());
  await hub.sync("zqa-esr");
  const element = sent.find(({ id }) => id === removed)!.element;
  await hub.rows(
    `update learning.competence_award set source_state = 'WITHDRAWN' where connection_id = 'zqa-esr' and source_id = '${element}'`,
  );
  expect((await world.run()).reconciled).toMatchObject({ noLongerTold: 0, removedByEsr: 1 });
  expect(await problemCodes()).toContain("ESR_REMOVED_OURS");
});

describe("modes", () => {
  test("a rehearsal makes the file, shows it against ESR, and puts nothing out; on again it goes; observing does nothing", async () => {
    const shadow = await esrWorld((yaml) => yaml.replace('mode: on, approvedBy: "Director', 'mode: shadow, approvedBy: "Director'));
    try {
      const run = await shadow.run();
      expect(run.files).toEqual([{ name: "LY_991_ESR_CAS_20261122_00000001.DAT", mode: "shadow", records: run.due, sent: false }]);
      expect(await shadow.states()).toEqual({ SHADOWED: run.due });
      expect(readdirSync(shadow.exchange("991", "In")).filter((entry) => entry.endsWith(".DAT"))).toEqual([]);
      expect(await shadow.run()).toMatchObject({ due: 0, files: [] });
      const feeds = (mode: "on" | "observe") => new Map([...shadow.outbound.feeds, ["zqa-moodle", { mode, fedBy: "hub" as const }]]);
      const on = await runOutbound({ ...shadow.outbound, feeds: feeds("on"), settingsVersion: "on" }, "ZQA");
      expect(on).toMatchObject({ due: run.due, files: [{ mode: "on", records: run.due, sent: true }] });
    } finally {
      await shadow.close();
    }
    const observed = await esrWorld((yaml) => yaml.replace('mode: on, approvedBy: "Director', 'mode: observe, approvedBy: "Director'));
    try {
      expect(await observed.run()).toMatchObject({ due: 0, files: [] });
      expect(await observed.hub.count("ops.esr_file")).toBe(0);
      expect(await observed.hub.count("ops.esr_judgement", "reason = 'MODE_OBSERVE'")).toBeGreaterThan(100);
    } finally {
      await observed.close();
    }
  }, 60_000);
});
