import { generateKeyPairSync } from "node:crypto";
import { fixedClock } from "../../../platform/clock";
import { readPublicKey } from "../../../sync/intake/signature";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { pushYaml } from "../../builders/push-vendor";

const clock = fixedClock("2026-11-22T09:00:00Z");
let hub: TestHub;
beforeEach(async () => {
  hub = await testHub({ yaml: `${pushYaml()}  - { id: both-lms, connector: push, organisations: [ZQA, ZQB] }\n`, clock });
});
afterEach(() => hub.close());

const whose = { connectionId: "both-lms", organisation: "ZQA", by: "test" };
const only = (odsCode: string) => ({ organisations: [odsCode], kinds: undefined });
const inAnHour = new Date(clock.now().getTime() + 3_600_000);
const rotate = (key?: string) =>
  hub.store.intake.rotateKeys({ ...whose, now: clock.now(), endsAt: inAnHour, ...(key ? { only: key } : {}) });
const inForce = async () => (await hub.store.intake.listKeys("both-lms")).filter((one) => !one.revokedAt && !one.endsAt);

test("P6: keys that speak for different things are changed one by one: none takes another's place", async () => {
  const { intake } = hub.store;
  const zqa = await intake.issueKey({ ...whose, scope: only("ZQA") });
  await intake.issueKey({ ...whose, scope: only("ZQB") });
  await expect(rotate()).rejects.toMatchObject({ code: "INTAKE_KEYS_DIFFER" });
  expect((await inForce()).length).toBe(2);
  const fresh = await rotate(zqa.id);
  expect(fresh.ending).toEqual([zqa.id]);
  expect((await inForce()).map(({ organisations }) => organisations).sort()).toEqual([["ZQA"], ["ZQB"]]);
  await expect(rotate("6cd68b8d-ecd8-4023-b0c3-8a8477035c95")).rejects.toMatchObject({ code: "INTAKE_KEY_NOT_IN_FORCE" });
});

test("P6: a rotation makes no key wider than there was: not beside a vendor's own key, and not after the last one", async () => {
  const { intake } = hub.store;
  const pair = generateKeyPairSync("ed25519");
  const publicKey = readPublicKey(`whpk_${Buffer.from(pair.publicKey.export({ format: "jwk" }).x!, "base64url").toString("base64")}`)!;
  const own = await intake.addPublicKey({ ...whose, publicKey, scope: only("ZQB") });
  const beside = await rotate();
  expect((await intake.findKey(beside.id))?.organisations).toEqual(["ZQB"]);
  for (const id of [own.id, beside.id]) await intake.revokeKey({ id, by: "test", reason: "test" });
  expect((await intake.findKey((await rotate()).id))?.organisations).toEqual(["ZQB"]);
});

test("a connection that is polled goes on when the last key of its announcements is revoked; one that only pushes has stopped", async () => {
  const { intake } = hub.store;
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(anEsrPerson()) });
  await hub.sync("zqa-esr");
  const codes: unknown[] = [];
  for (const connectionId of ["zqa-esr", "both-lms"]) {
    const { id } = await intake.issueKey({ ...whose, connectionId });
    await intake.revokeKey({ id, by: "test", reason: "test" });
    codes.push((await hub.rows(`select error_code from ops.connection where id = '${connectionId}'`))[0]!.error_code);
  }
  expect(codes).toEqual([null, "INTAKE_KEYS_REVOKED"]);
});
