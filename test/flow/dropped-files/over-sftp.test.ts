import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SftpServer, startSftp } from "../../../sandbox/sftp/server";
import { dropFile, sha256, type Vaccination, vaccinationBatch } from "../../builders/dropped-files";
import { everything, rawOf, type TestHub, testHub } from "../../builders/hub";

const password = "a password of the server";
let remote: string;
let server: SftpServer;
let hub: TestHub;
beforeEach(async () => {
  remote = mkdtempSync(path.join(tmpdir(), "lanyard-remote-"));
  mkdirSync(path.join(remote, "out"));
  server = await startSftp({ folder: remote, user: "lanyard", password });
  hub = await testHub({
    yaml: `
  - id: zqa-batch
    connector: csv
    organisations: [ZQA]
    settings:
      mapping: national-vaccinations
      files: "vacc_{number}.csv"
      checksum: required
      sftp: { host: 127.0.0.1, port: ${server.port}, user: lanyard, password: { env: SFTP_PASSWORD }, hostKey: "${server.fingerprint}", folder: out }
`,
    values: { SFTP_PASSWORD: password },
  });
});
afterEach(async () => {
  await hub.close();
  await server.close();
  rmSync(remote, { recursive: true, force: true });
});

function upload(number: number, ...rows: Vaccination[]): void {
  const content = vaccinationBatch(...rows);
  dropFile(path.join(remote, "out"), `vacc_${number}.csv`, content);
  dropFile(path.join(remote, "out"), `vacc_${number}.csv.sha256`, sha256(content));
}
const held = () => hub.rows("select source_id as id, source_state as state from oh.immunisation order by 1");
const id = (key: string) => `https://oh.zqa.example/|${key}`;

test("changes come in order, once, are withdrawn when the file says so, and wait for the number that is missing", async () => {
  upload(1, { UNIQUE_ID: "a" }, { UNIQUE_ID: "b" }, { UNIQUE_ID: "c", VACCINATION_PROCEDURE_CODE: "999000999" });
  expect(await hub.sync("zqa-batch")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 3, refused: 1 } });
  upload(3, { UNIQUE_ID: "a", ACTION_FLAG: "delete" });
  expect((await hub.sync("zqa-batch")).error).toMatchObject({ code: "FILE_NUMBER_MISSING" });
  expect(await hub.problems()).toContainEqual(
    expect.objectContaining({ code: "FILE_NUMBER_MISSING", say: "vacc_3.csv: number 2 should come first, got number 3." }),
  );
  upload(2, { UNIQUE_ID: "d" });
  expect(await hub.sync("zqa-batch")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 2, applied: 1 } });
  expect((await held()).map((row) => row.id)).toEqual(expect.arrayContaining([id("b")]));
  expect((await hub.sync("zqa-batch")).counts.rawIn).toBe(0);
  expect(readdirSync(path.join(remote, "out"))).toHaveLength(6);
});

test("a connection that breaks in the middle loses nothing and doubles nothing; an NHS number is nowhere", async () => {
  upload(1, ...Array.from({ length: 1500 }, (_, at) => ({ UNIQUE_ID: `r${at}` })));
  server.control.cutAfterBytes(60_000, 2);
  const result = await hub.sync("zqa-batch");
  expect(result).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 1500 } });
  expect(result.counts.waiting + result.counts.applied).toBe(1500);
  const found = [...(await everything(hub)).values(), await rawOf(hub)].join("\n");
  expect(found).not.toMatch(/9990000018|ZZ9 9ZZ/);
});

test("another key of the server stops the connection before the password, and says whom to ask", async () => {
  const { port } = server;
  await server.close();
  server = await startSftp({ folder: remote, user: "lanyard", password, port });
  expect((await hub.sync("zqa-batch")).error).toMatchObject({ code: "HOST_KEY_CHANGED", class: "auth" });
  expect(await hub.problems()).toContainEqual(expect.objectContaining({ code: "HOST_KEY_CHANGED", owner: "VENDOR" }));
  expect(JSON.stringify(hub.logs)).not.toContain(password);
});
