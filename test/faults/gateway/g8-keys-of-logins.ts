/** G8: the key server of a login service dies, its key changes, and unknown keys flood in, while people go on asking. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import { keySetLimits } from "../../../gateway/key-set";
import { systemClock } from "../../../platform/clock";
import { anEsrPerson, type EsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { type LoginService, startLoginService } from "../../builders/login-service";
import type { Arena, Fault } from "../fault";
import { startLanyard, until } from "../kit/processes";
import { freePort } from "../kit/redis";

const uuid = "555036632103";
const key = Buffer.alloc(32, 7).toString("base64");

async function hubFor(arena: Arena, service: LoginService, person: EsrPerson): Promise<string> {
  const database = await arena.database();
  const connection = "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n";
  const hub = await testHub({ yaml: connection, folder: arena.folder, clock: systemClock, databaseUrl: database.url });
  writeGoFile(`${arena.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(person) });
  await hub.sync("zqa-esr");
  await hub.close();
  const file = `${arena.folder}/gateway.yaml`;
  writeFileSync(
    file,
    `mode: demonstration
organisations: [{ odsCode: ZQA, vpd: "991", name: Northbridge }]
connections:
${connection}issuers: [{ issuer: "${service.issuer}", kind: staff, jwks: "${service.jwks}", audience: lanyard, algorithms: [RS256] }]
`,
  );
  const port = await freePort();
  const env = { DATABASE_URL: database.url, LANYARD_DATA: `${arena.folder}/.lanyard`, LANYARD_KEY: key, LANYARD_LOG_LEVEL: "error" };
  const gateway = startLanyard(["start", "--role", "gateway", "--config", file, "--port", String(port), "--json"], { env });
  arena.after(() => gateway.kill().catch(() => undefined));
  await gateway.waitFor(/"ready":true/);
  return `http://127.0.0.1:${port}/graphql`;
}

/** A token that looks right and names a key that nobody has. */
function unknownKey(issuer: string): string {
  const { privateKey } = (mallory ??= generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: "lanyard", sub: "mallory", acr: "AAL3_ANY", nhsid_useruid: uuid, iat: now, exp: now + 300 };
  const input = [{ alg: "RS256", kid: randomBytes(6).toString("hex") }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}
let mallory: ReturnType<typeof generateKeyPairSync> | undefined;

export const fault: Fault = {
  id: "G8",
  shortSeeds: 1,
  timeoutMs: 180_000,
  async run(arena) {
    const person = anEsrPerson({ uuid });
    const service = await startLoginService();
    arena.after(() => service.close().catch(() => undefined));
    const url = await hubFor(arena, service, person);
    const ask = async (token: string): Promise<"seen" | "refused" | string> => {
      const response = await request(url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: "query Me { me { name { family } } }" }),
        headersTimeout: 20_000,
      });
      const text = await response.body.text();
      if (response.statusCode === 401) return "refused";
      return JSON.parse(text).data?.me?.name?.family === person.family ? "seen" : `${response.statusCode} ${text.slice(0, 200)}`;
    };
    const must = async (what: string, token: string, expected: "seen" | "refused") => {
      const told = await ask(token);
      if (told !== expected) throw new Error(`${what}: ${told}, expected ${expected}`);
    };
    const signIn = () => service.signIn({ id: "nurse", acr: "AAL3_ANY", nhsid_useruid: uuid });

    const first = await signIn();
    await must("a login", first, "seen");
    const askedBefore = await service.asked();

    // A flood of keys that nobody has: refused, few questions to the key server, and others are served meanwhile.
    const many = arena.long ? 2_000 : 200;
    const flood = Array.from({ length: many }, async () => must("an unknown key", unknownKey(service.issuer), "refused"));
    for (let at = 0; at < 5; at++) await must("a login beside the flood", first, "seen");
    await Promise.all(flood);
    const during = (await service.asked()) - askedBefore;
    if (during > 1) throw new Error(`${during} questions for ${many} unknown keys`);

    // The key changes: what it signs is believed within one cooldown, and what the old one signed goes on all the time.
    await service.rotate();
    const second = await signIn();
    const rotated = performance.now();
    await until(
      "the new key is believed",
      async () => {
        // Not faster than one caller may ask.
        await pause(500);
        await must("the old key", first, "seen");
        return (await ask(second)) === "seen";
      },
      keySetLimits.cooldownMs + 15_000,
    );
    const recoveryMs = Math.round(performance.now() - rotated);

    // Dead, or standing still: what is known goes on and quickly, and nothing else is opened by it.
    const frozen = arena.random() < 0.5;
    if (frozen) await service.process.freeze();
    else await service.process.kill();
    for (let at = 0; at < 10; at++) {
      await pause(300);
      await must("the old key, the service being away", first, "seen");
      await must("the new key, the service being away", second, "seen");
      await must("an unknown key, the service being away", unknownKey(service.issuer), "refused");
    }
    if (frozen) service.process.thaw();
    arena.note(
      `${many} unknown keys, ${during} questions; the new key after ${recoveryMs} ms; the service ${frozen ? "frozen" : "killed"}`,
    );
    return { lost: 0, doubled: 0, uncertain: 0, recoveryMs };
  },
};
