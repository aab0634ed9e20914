import { fixedClock } from "../../platform/clock";
import { type LearningRecordStore, type Statement, startXapi } from "../../sandbox/xapi/server";
import { testWorld } from "../../test/builders/vendor-world";
import type { Normalised, Page } from "../connector";
import { xapi } from "./connector";
import type { XapiCheckpoint, XapiSettings } from "./settings";
import { reduce, textIn } from "./vendor";

const clock = fixedClock("2026-11-22T10:00:00Z");
const password = "a password with ünlaut";
let store: LearningRecordStore;
const open: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  store = await startXapi({ clock, auth: { username: "lanyard", password }, limitCap: 3 });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await store.close();
});

const idOf = (n: number) => `5d0c3f6e-1f0e-4d52-9d6b-${String(n).padStart(12, "0")}`;
const statement = (n: number, more: Record<string, unknown> = {}): Statement => ({
  id: idOf(n),
  actor: { objectType: "Agent", account: { homePage: "https://esr.zqa.example", name: String(20_100_000 + n) }, name: "Aoife Quick" },
  verb: { id: "http://adlnet.gov/expapi/verbs/completed" },
  object: {
    id: "https://lms.zqa.example/course/NHS%7CCSTF%7CFire%20Safety%20-%202%20Years%7C",
    definition: { name: { "cy-GB": "Diogelwch tân", "en-US": "Fire safety" }, extensions: { "https://secret.example": "CANARY" } },
  },
  result: { score: { raw: 71 }, response: "CANARY", completion: true },
  timestamp: "2026-10-05T09:11:58+01:00",
  ...more,
});
const storedAt = (minute: number) => new Date(Date.parse("2026-11-01T00:00:00Z") + minute * 60_000).toISOString();
const fill = (from: number, to: number) => {
  for (let n = from; n <= to; n += 1) store.control.put(statement(n), storedAt(n));
};

async function read(
  since?: XapiCheckpoint,
  options: { mode?: "full"; most?: number; settings?: Record<string, unknown>; secret?: string } = {},
) {
  const world = testWorld<XapiSettings>({
    connector: xapi,
    settings: {
      baseUrl: store.url,
      auth: { kind: "basic", username: "lanyard", password: { env: "LRS" } },
      staffHomePage: "https://esr.zqa.example",
      ...options.settings,
    },
    organisations: ["ZQA"],
    secrets: { LRS: options.secret ?? password },
    clock,
  });
  open.push(world);
  const pages: Page<XapiCheckpoint>[] = [];
  const normalised: Normalised[] = [];
  const maps = { version: "none", coursesToCompetences: () => undefined };
  for await (const page of xapi.poll!.pages(world.source, since, options.mode)) {
    expect(xapi.checkpoint.parse(page.checkpoint)).toEqual(page.checkpoint);
    pages.push(page);
    for (const record of page.records)
      normalised.push(
        ...xapi.normalise(xapi.raw.parse(record), {
          settings: world.source.settings,
          maps,
          organisations: [{ odsCode: "ZQA", vpd: undefined }],
        }),
      );
    if (pages.length >= (options.most ?? 99)) break;
  }
  return { pages, normalised, last: pages.at(-1)!, checkpoint: pages.at(-1)!.checkpoint };
}
const told = (normalised: readonly Normalised[], kind = "achievement") =>
  normalised.flatMap((one) =>
    "kind" in one && one.kind === kind ? [`${"withdrawn" in one && one.withdrawn ? "-" : "+"}${Number(one.sourceId.slice(24, 36))}`] : [],
  );

test("everything is read once, page by page in the order it was stored, and then only what is new", async () => {
  fill(1, 7);
  const first = await read();
  expect(first.pages.map((page) => page.records.length)).toEqual([3, 3, 1]);
  expect(told(first.normalised)).toEqual(["+1", "+2", "+3", "+4", "+5", "+6", "+7"]);
  expect(first.last).toMatchObject({ asOf: "2026-11-22T10:00:00.000Z", completes: [{ scope: "connection", key: "test-connection" }] });
  expect(JSON.stringify(first.pages)).not.toMatch(/CANARY|score/);
  expect(first.normalised[0]).toMatchObject({
    claim: { givenName: "Aoife", familyName: "Quick", identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "20100001" }] },
    facts: { title: "Fire safety", completedOn: "2026-10-05", completedAt: "2026-10-05T08:11:58.000Z", mapping: "MAPPED" },
    sourceVersion: { changedAt: storedAt(1) },
  });
  store.control.put(statement(8));
  const second = await read(first.checkpoint);
  expect(told(second.normalised)).toEqual(["+8"]);
  expect(second.last.completes).toEqual([]);
});

test("V13: what a store shows later than it dates it is caught by the look-back, and what it is not sure of is asked for again", async () => {
  fill(1, 2);
  store.control.lagSeconds = 600;
  const first = await read();
  expect(first.last.asOf).toBe("2026-11-22T09:50:00.000Z");
  store.control.put(statement(3), "2026-11-22T09:20:00.000Z");
  expect(told((await read(first.checkpoint, { settings: { overlapHours: 1 } })).normalised)).toEqual(["+3"]);
  store.control.put(statement(4), "2026-11-20T00:00:00.000Z");
  expect(told((await read(first.checkpoint)).normalised)).toEqual(["+3"]);
  expect(told((await read(first.checkpoint, { mode: "full" })).normalised)).toEqual(["+1", "+2", "+4", "+3"]);
});

test("a store without that word, or one ahead of its clock, is believed as far as its clock", async () => {
  fill(1, 1);
  store.control.lagSeconds = -7200;
  expect((await read()).last.asOf).toBe("2026-11-22T10:00:00.000Z");
});

test("a reading that was cut off goes on; a link that the store has forgotten begins the pass again", async () => {
  fill(1, 7);
  const cut = await read(undefined, { most: 1 });
  expect(told((await read(cut.checkpoint)).normalised)).toEqual(["+4", "+5", "+6", "+7"]);
  store.control.forgetCursors();
  const again = await read(cut.checkpoint);
  expect(told(again.normalised)).toHaveLength(7);
  expect(again.last.completes).toHaveLength(1);
});

test("a full reading is not replaced by the rest of an increment", async () => {
  fill(1, 7);
  const first = await read();
  for (let n = 8; n <= 12; n += 1) store.control.put(statement(n));
  const cut = await read(first.checkpoint, { most: 1 });
  expect(cut.checkpoint.pass).toMatchObject({ full: false });
  const full = await read(cut.checkpoint, { mode: "full" });
  expect(told(full.normalised)).toHaveLength(12);
  expect(full.last.completes).toHaveLength(1);
});

test("a void withdraws the achievement and its awards, on the same page or later", async () => {
  fill(1, 2);
  const first = await read();
  store.control.void(idOf(2));
  const second = await read(first.checkpoint);
  expect(told(second.normalised)).toEqual(["-2"]);
  expect(told(second.normalised, "competence-award")).toEqual(["-2"]);
  store.control.put(statement(3));
  store.control.void(idOf(3));
  expect(told((await read(second.checkpoint)).normalised)).toEqual(["-2", "-3"]);
});

test("a statement that comes after its void is never taken for learning, whatever the store lists", async () => {
  store.control.void(idOf(9));
  const before = await read();
  expect(before.checkpoint.awaited).toEqual([idOf(9)]);
  expect(told(before.normalised)).toEqual(["-9"]);
  store.control.showVoided = true;
  store.control.put(statement(9));
  const after = await read(before.checkpoint);
  expect(after.normalised).toContainEqual({ ignored: "voided" });
  expect(told(after.normalised)).not.toContain("+9");
});

test("voids pages apart are found, also newest first", async () => {
  fill(1, 6);
  store.control.showVoided = true;
  store.control.void(idOf(1));
  const { normalised } = await read();
  expect(told(normalised)).toEqual(["+1", "+2", "+3", "+4", "+5", "+6", "-1"]);
});

test("a link to another host is not followed, and a link in a circle ends", async () => {
  fill(1, 7);
  store.control.more = (link) => (link ? `https://elsewhere.example${link}` : "");
  await expect(read()).rejects.toMatchObject({ code: "FOREIGN_HOST", class: "settings", detail: { host: "elsewhere.example" } });
  store.control.more = () => "/xapi/statements?ascending=true&limit=250";
  await expect(read()).rejects.toMatchObject({ code: "PAGE_LOOP", class: "malformed-page" });
});

test("a wrong password says so and repeats none of it", async () => {
  const error = await read(undefined, { secret: "hunter2" }).catch((caught) => caught);
  expect(error).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
  expect(JSON.stringify(error)).not.toMatch(/hunter2|aHVudGVyMg/);
});

test("an answer that is no list of statements is a change of the interface", async () => {
  store.control.more = () => 7 as never;
  fill(1, 1);
  await expect(read()).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER", class: "schema", detail: { pointer: "/more" } });
});

test.each([
  [{ "en-GB": "British", en: "Any" }, "British"],
  [{ "en-US": "American", cy: "Cymraeg" }, "American"],
  [{ "fr-FR": "Français", "cy-GB": "Cymraeg" }, "Cymraeg"],
  [{ en: " " }, undefined],
  ["no map", undefined],
])("the title in %j is %j", (map, title) => expect(textIn(["en-GB", "en"], map)).toBe(title));

test("what is no statement is handed on to be refused", () => {
  const settings = xapi.settings.parse({ baseUrl: "https://lrs.example", auth: { kind: "bearer", token: { env: "T" } } });
  expect(xapi.raw.safeParse(reduce("text", settings)).success).toBe(false);
  expect(xapi.raw.safeParse(reduce({ id: "no uuid", verb: { id: "v" } }, settings)).success).toBe(false);
  expect(xapi.raw.safeParse(reduce({ id: idOf(1), verb: { id: "v" }, actor: null, object: [] }, settings)).success).toBe(true);
});
