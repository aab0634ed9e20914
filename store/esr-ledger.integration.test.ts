import { randomUUID } from "node:crypto";
import { DeliveryState } from "../schema/learning/esr-standing";
import { type TestStore, testStore } from "../test/builders/store";

/** The ledger's states, tried in the database itself: whatever code comes later cannot do what these tests refuse. */
let hub: TestStore;
let person: string;
let sequence = 0;
beforeAll(async () => {
  hub = await testStore();
  person = randomUUID();
  await hub.rows(
    "insert into staff.source_person (id, connection_id, controller_org, source_key, system) values ($1, 'zqa-esr', 'ZQA', '99500001', 'esr')",
    [person],
  );
});
afterAll(() => hub.drop());

async function aFile(mode: "on" | "shadow"): Promise<string> {
  const id = randomUUID();
  sequence += 1;
  await hub.rows(
    `insert into ops.esr_file (id, name, vpd, organisation, data_set, mode, layout, sequence, records, sha256, key_org, key_version, body, state, made_at)
     values ($1, $2, '991', 'ZQA', 'competence-award', $3, 'provisional', $4, 1, '', 'ZQA', 1, '', $5, now())`,
    [id, `file-${sequence}`, mode, sequence, mode === "on" ? "WRITTEN" : "SHADOWED"],
  );
  return id;
}

async function aDelivery(): Promise<string> {
  const id = randomUUID();
  await hub.rows(
    `insert into ops.esr_delivery (id, effect_key, kind, record_id, staff_member_id, connection_id, controller_org, vpd, organisation,
       esr_source_person_id, competence, esr_name, awarded_on, state, due_at)
     values ($1, $2, 'competence-award', $3, $4, 'zqa-lms', 'ZQA', '991', 'ZQA', $5, 'CSTF|Fire Safety|1|', 'NHS|CSTF|Fire Safety - 2 Years|',
       '2026-03-02', 'DUE', now())`,
    [id, `effect-${id}`, randomUUID(), randomUUID(), person],
  );
  return id;
}

const outOfFile = "file_id = null, line = null, written_at = null, sent_at = null, acknowledged_at = null";
/** What each state needs beside its name. */
const settings: Readonly<Record<DeliveryState, string>> = {
  DUE: `${outOfFile}, refused_at = null, returned_at = null, refusal_code = null, reason = null`,
  DROPPED: `${outOfFile}, reason = 'WITHDRAWN'`,
  WRITTEN: "file_id = $2, line = 1, written_at = now()",
  SHADOWED: "file_id = $2, line = 1, written_at = now()",
  SENT: "sent_at = now(), file_id = coalesce(file_id, $2), line = 1, written_at = now(), reason = null",
  ACKNOWLEDGED:
    "acknowledged_at = now(), esr_element_id = '1', file_id = coalesce(file_id, $2), line = 1, written_at = now(), sent_at = now(), reason = null",
  REFUSED:
    "refused_at = now(), refusal_code = 'OTHER', file_id = coalesce(file_id, $2), line = 1, written_at = now(), sent_at = now(), reason = null",
  RETURNED: "returned_at = now(), esr_element_id = '1', file_id = coalesce(file_id, $2), line = 1, written_at = now(), reason = null",
};

async function move(id: string, to: DeliveryState, extra = settings[to]): Promise<void> {
  const file = extra.includes("$2") ? [await aFile(to === "SHADOWED" ? "shadow" : "on")] : [];
  await hub.rows(`update ops.esr_delivery set state = '${to}', ${extra} where id = $1`, [id, ...file]);
}

const ways: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  DUE: [],
  DROPPED: [DeliveryState.DROPPED],
  WRITTEN: [DeliveryState.WRITTEN],
  SHADOWED: [DeliveryState.SHADOWED],
  SENT: [DeliveryState.WRITTEN, DeliveryState.SENT],
  ACKNOWLEDGED: [DeliveryState.WRITTEN, DeliveryState.SENT, DeliveryState.ACKNOWLEDGED],
  REFUSED: [DeliveryState.WRITTEN, DeliveryState.SENT, DeliveryState.REFUSED],
  RETURNED: [DeliveryState.WRITTEN, DeliveryState.SENT, DeliveryState.RETURNED],
};
const allowed = new Set(
  "DUE-WRITTEN DUE-SHADOWED DUE-DROPPED WRITTEN-SENT WRITTEN-DUE SHADOWED-DUE SHADOWED-RETURNED SENT-ACKNOWLEDGED SENT-REFUSED SENT-RETURNED ACKNOWLEDGED-RETURNED REFUSED-DUE DROPPED-DUE".split(
    " ",
  ),
);
const states = Object.values(DeliveryState);
const pairs = states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const));

describe("a delivery's states, in the database", () => {
  it.each(pairs.filter(([from, to]) => allowed.has(`${from}-${to}`)))("go from %s to %s", async (from, to) => {
    const id = await aDelivery();
    for (const step of ways[from]) await move(id, step);
    await move(id, to);
    expect(await hub.rows("select state from ops.esr_delivery where id = $1", [id])).toEqual([{ state: to }]);
  });

  it.each(pairs.filter(([from, to]) => !allowed.has(`${from}-${to}`)))("do not go from %s to %s", async (from, to) => {
    const id = await aDelivery();
    for (const step of ways[from]) await move(id, step);
    await expect(move(id, to)).rejects.toThrow(`a delivery cannot go from ${from} to ${to}`);
  });

  it.each(states.filter((state) => state !== DeliveryState.DUE))("do not begin with %s", async (state) => {
    const id = await aDelivery();
    await expect(
      hub.rows(
        `insert into ops.esr_delivery select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'effect_key', gen_random_uuid(), 'state', $2::text))).*
         from ops.esr_delivery d where id = $1`,
        [id, state],
      ),
    ).rejects.toThrow("a delivery begins as DUE");
  });

  it.each([
    ["SENT without its instant", DeliveryState.WRITTEN, "state = 'SENT'"],
    ["ACKNOWLEDGED without ESR's element", DeliveryState.SENT, "state = 'ACKNOWLEDGED', acknowledged_at = now()"],
    ["REFUSED without a reason", DeliveryState.SENT, "state = 'REFUSED', refused_at = now()"],
    ["DROPPED without a reason", DeliveryState.DUE, "state = 'DROPPED'"],
    ["DUE with what is left of a file", DeliveryState.WRITTEN, "state = 'DUE'"],
    ["RETURNED without ESR's element", DeliveryState.SENT, "state = 'RETURNED', returned_at = now()"],
    ["SHADOWED that was sent", DeliveryState.SHADOWED, "sent_at = now()"],
  ])("refuse %s", async (_, from, change) => {
    const id = await aDelivery();
    for (const step of ways[from]) await move(id, step);
    await expect(hub.rows(`update ops.esr_delivery set ${change} where id = $1`, [id])).rejects.toThrow(/check constraint/);
  });

  it("keep what is asked of ESR as it was, and every row", async () => {
    const id = await aDelivery();
    await expect(hub.rows("update ops.esr_delivery set awarded_on = '2026-03-03' where id = $1", [id])).rejects.toThrow("never changes");
    await expect(hub.rows("delete from ops.esr_delivery where id = $1", [id])).rejects.toThrow("keeps every row");
    await move(id, DeliveryState.WRITTEN);
    await expect(hub.rows("update ops.esr_delivery set esr_name = 'x' where id = $1", [id])).rejects.toThrow("never changes");
  });

  it("put a delivery that is to be sent into no rehearsal, and a rehearsed one into no file that leaves", async () => {
    const rehearsal = await aFile("shadow");
    const real = await aFile("on");
    const id = await aDelivery();
    const write = (state: string, file: string) =>
      hub.rows("update ops.esr_delivery set state = $2, file_id = $3, line = 1, written_at = now() where id = $1", [id, state, file]);
    await expect(write("WRITTEN", rehearsal)).rejects.toThrow("of that mode only");
    await expect(write("SHADOWED", real)).rejects.toThrow("of that mode only");
  });
});

describe("a file's states, in the database", () => {
  const to = (id: string, change: string) => hub.rows(`update ops.esr_file set ${change} where id = $1`, [id]);
  it("go from written to sent to acknowledged, and a rehearsal never leaves", async () => {
    const id = await aFile("on");
    await expect(to(id, "state = 'ACKNOWLEDGED', leaving_at = now(), sent_at = now(), acknowledged_at = now()")).rejects.toThrow(
      "cannot go",
    );
    await expect(to(id, "state = 'SENT', sent_at = now()")).rejects.toThrow(/check constraint/);
    await to(id, "leaving_at = now()");
    await to(id, "state = 'SENT', sent_at = now()");
    await expect(to(id, "state = 'WRITTEN', sent_at = null")).rejects.toThrow("cannot go");
    await to(id, "state = 'ACKNOWLEDGED', acknowledged_at = now()");
    const rehearsal = await aFile("shadow");
    await expect(to(rehearsal, "state = 'SENT', leaving_at = now(), sent_at = now()")).rejects.toThrow("cannot go");
    await expect(to(rehearsal, "mode = 'on'")).rejects.toThrow("never changes");
    await expect(hub.rows("delete from ops.esr_file where id = $1", [rehearsal])).rejects.toThrow("is kept");
  });

  it("are taken back only while they have not begun to leave", async () => {
    const id = await aFile("on");
    await to(id, "leaving_at = now()");
    await expect(to(id, "state = 'SHADOWED'")).rejects.toThrow(/check constraint/);
    const other = await aFile("on");
    await to(other, "state = 'SHADOWED'");
  });
});
