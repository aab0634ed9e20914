import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { newSshKey, type SftpServer, startSftp } from "../../sandbox/sftp/server";
import { dropFile, readDrop, sha256, vaccinationBatch } from "../../test/builders/dropped-files";
import { csv } from "./connector";

const password = "correct horse battery";
const client = newSshKey();
let folder: string;
let server: SftpServer;
const servers: SftpServer[] = [];
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-server-"));
  server = await startSftp({ folder, user: "lanyard", password, publicKey: client.publicKey });
  servers.push(server);
});
afterEach(async () => {
  for (const one of servers.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
  expect(
    readdirSync(tmpdir()).filter((name) => name.startsWith("lanyard-sftp-") && readdirSync(path.join(tmpdir(), name)).length > 0),
  ).toEqual([]);
});

const settings = (more: Record<string, unknown> = {}, sftp: Record<string, unknown> = {}) => ({
  mapping: "national-vaccinations",
  files: "vacc_{number}.csv",
  sftp: {
    host: "127.0.0.1",
    port: server.port,
    user: "lanyard",
    password: { env: "P" },
    hostKey: server.fingerprint,
    folder: "out",
    ...sftp,
  },
  ...more,
});
const put = (name: string, content: string | Buffer, modifiedAt?: Date) => dropFile(path.join(folder, "out"), name, content, modifiedAt);
const read = (more: Omit<Parameters<typeof readDrop>[0], "settings"> & { settings?: Record<string, unknown> } = {}) =>
  readDrop({ settings: settings(), secrets: { P: password, K: client.privateKey }, ...more });

test("a password and the server's key: files are read in order, and stay where they are", async () => {
  put("vacc_1.csv", vaccinationBatch({ UNIQUE_ID: "a" }));
  put("vacc_2.csv", vaccinationBatch({ UNIQUE_ID: "b" }));
  const first = await read();
  expect(first.normalised.map((one) => "sourceId" in one && one.sourceId.split("|")[1])).toEqual(["a", "b"]);
  expect(readdirSync(path.join(folder, "out"))).toEqual(["vacc_1.csv", "vacc_2.csv"]);
  expect((await read({ since: first.checkpoint })).pages).toEqual([]);
  expect(server.control.requests.filter((one) => one.startsWith("read"))).toEqual(["read vacc_1.csv", "read vacc_2.csv"]);
  expect(csv.hosts(csv.settings.parse(settings()))).toEqual([`127.0.0.1:${server.port}`]);
});

test("a private key instead of a password", async () => {
  put("vacc_1.csv", vaccinationBatch({}));
  const byKey = settings({}, { password: undefined, privateKey: { env: "K" } });
  expect((await read({ settings: byKey })).normalised).toHaveLength(1);
  await expect(read({ settings: byKey, secrets: { K: newSshKey().privateKey } })).rejects.toMatchObject({ code: "CREDENTIALS_REJECTED" });
  const half = await read({ settings: byKey, secrets: { K: client.privateKey.slice(0, 60) } }).catch((caught) => caught);
  expect(half).toMatchObject({ code: "SETTINGS_INVALID", detail: { pointer: "/sftp/privateKey" } });
  expect(JSON.stringify(half)).not.toContain("BEGIN");
});

test("a wrong password says so and repeats none of it", async () => {
  const error = await read({ secrets: { P: "hunter2" } }).catch((caught) => caught);
  expect(error).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
  expect(JSON.stringify(error)).not.toContain("hunter2");
});

test("another host key: nothing is sent, and both keys are named", async () => {
  const other = newSshKey();
  const error = await read({ settings: settings({}, { hostKey: other.fingerprint }) }).catch((caught) => caught);
  expect(error).toMatchObject({
    code: "HOST_KEY_CHANGED",
    class: "auth",
    detail: { got: server.fingerprint, expected: other.fingerprint },
  });
  put("vacc_1.csv", vaccinationBatch({}));
  expect((await read({ settings: settings({}, { hostKey: [other.fingerprint, server.fingerprint] }) })).pages).toHaveLength(1);
});

test("a connection that breaks in the middle goes on where it stopped", async () => {
  const content = vaccinationBatch(...Array.from({ length: 4000 }, (_, at) => ({ UNIQUE_ID: `r${at}` })));
  put("vacc_1.csv", content);
  put("vacc_1.csv.sha256", sha256(content));
  server.control.cutAfterBytes(200_000, 2);
  const found = await read();
  expect(found.normalised).toHaveLength(4000);
  expect(server.control.requests.filter((one) => one === "read vacc_1.csv")).toHaveLength(3);
});

test("one that keeps breaking ends as unreachable, and leaves no copy behind", async () => {
  put("vacc_1.csv", vaccinationBatch(...Array.from({ length: 2000 }, () => ({}))));
  server.control.cutAfterBytes(1000, 50);
  await expect(read()).rejects.toMatchObject({ code: "UNREACHABLE", class: "transient" });
});

test("a server that is not there, a folder that is not, and rights that are missing", async () => {
  await expect(read()).rejects.toMatchObject({ code: "FOLDER_MISSING", class: "settings", detail: { folder: "out" } });
  put("vacc_1.csv", vaccinationBatch({}));
  server.control.deny = true;
  await expect(read()).rejects.toMatchObject({ code: "PERMISSION_MISSING", class: "auth" });
  const { port } = server;
  await servers.pop()!.close();
  await expect(read({ settings: settings({}, { port }) })).rejects.toMatchObject({ code: "UNREACHABLE", class: "transient" });
});

test("a file that is still being uploaded is left alone, and changes behind it wait", async () => {
  put("vacc_1.csv", vaccinationBatch({ UNIQUE_ID: "a" }));
  put("vacc_2.csv", vaccinationBatch({ UNIQUE_ID: "b" }), new Date("2026-11-22T09:59:30Z"));
  put("vacc_3.csv", vaccinationBatch({ UNIQUE_ID: "c" }));
  expect((await read()).normalised).toHaveLength(1);
});

test("a file that grows while it is fetched is not used", async () => {
  const full = put("vacc_1.csv", vaccinationBatch(...Array.from({ length: 4000 }, () => ({}))));
  const reading = read();
  const growing = setInterval(() => {
    if (server.control.requests.includes("read vacc_1.csv") && existsSync(full)) appendFileSync(full, "x");
  }, 1);
  await expect(reading.finally(() => clearInterval(growing))).rejects.toMatchObject({ code: "FILE_INCOMPLETE", class: "transient" });
});

test("what has been read is deleted there only when the settings say so", async () => {
  put("vacc_1.csv", vaccinationBatch({}));
  const deleting = settings({ afterReading: "delete" });
  const first = await read({ settings: deleting });
  expect(readdirSync(path.join(folder, "out"))).toEqual(["vacc_1.csv"]);
  await read({ settings: deleting, since: first.checkpoint });
  expect(readdirSync(path.join(folder, "out"))).toEqual([]);
});

test("something that is no SSH server says so", async () => {
  const talker = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(3)));
  await new Promise<void>((resolve) => talker.listen(0, "127.0.0.1", resolve));
  const { port } = talker.address() as { port: number };
  const error = await read({ settings: settings({}, { port }) }).catch((caught) => caught);
  talker.close();
  expect(["SSH_REFUSED", "UNREACHABLE"]).toContain(error.code);
});
