import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { guardedFetch, keySetLimits, remoteKeySet } from "./key-set";

async function keyNamed(kid: string) {
  const { publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  return { ...(await exportJWK(publicKey)), kid, alg: "EdDSA", use: "sig" };
}
const header = (kid: string) => ({ alg: "EdDSA", kid });

async function world() {
  const state = { now: 0, asked: 0, dead: false, text: undefined as string | undefined, keys: [await keyNamed("one")] as object[] };
  const find = remoteKeySet({
    url: "https://issuer.example/jwks",
    now: () => state.now,
    fetch: async () => {
      state.asked += 1;
      if (state.dead) throw new Error("dead");
      return state.text ?? JSON.stringify({ keys: state.keys });
    },
  });
  const has = (kid: string) =>
    (find as (header: object, token: object) => Promise<unknown>)(header(kid), { payload: "", signature: "" }).then(
      () => true,
      () => false,
    );
  return { state, has };
}

test("a new key is found when a token names it, and one that was taken out is out within minutes", async () => {
  const { state, has } = await world();
  expect(await has("one")).toBe(true);
  state.keys = [...state.keys, await keyNamed("two")];
  state.now += keySetLimits.cooldownMs;
  expect(await has("two")).toBe(true);
  expect(await has("one")).toBe(true);
  state.keys = state.keys.slice(1);
  state.now += keySetLimits.freshMs + 1;
  expect(await has("one")).toBe(false);
  expect(await has("two")).toBe(true);
});

test("a flood of unknown keys asks once in each cooldown, side by side and one after the other", async () => {
  const { state, has } = await world();
  await has("one");
  expect(state.asked).toBe(1);
  for (let round = 1; round <= 5; round++) {
    state.now += keySetLimits.cooldownMs;
    await Promise.all(Array.from({ length: 100 }, (_, at) => has(`unknown-${at}`)));
    for (let at = 0; at < 20; at++) await has(`more-${at}`);
    expect(state.asked).toBe(1 + round);
  }
});

test("a dead address: what was known goes on for a day, what was not opens nothing, and it is not asked again and again", async () => {
  const { state, has } = await world();
  await has("one");
  state.dead = true;
  state.now += keySetLimits.freshMs + 1;
  expect(await has("one")).toBe(true);
  expect(await has("two")).toBe(false);
  expect(state.asked).toBe(2);
  state.now = keySetLimits.staleMs + 1;
  expect(await has("one")).toBe(false);
  const cold = await world();
  cold.state.dead = true;
  expect(await cold.has("one")).toBe(false);
  expect(await cold.has("one")).toBe(false);
  expect(cold.state.asked).toBe(1);
  cold.state.dead = false;
  cold.state.now += keySetLimits.cooldownMs;
  expect(await cold.has("one")).toBe(true);
});

test("an answer that is no list of keys takes nothing away; shared secrets and private keys in it are no keys", async () => {
  const { state, has } = await world();
  await has("one");
  for (const text of ["", "<html>", "null", '{"keys":{}}', JSON.stringify({ keys: Array(101).fill({ kty: "RSA" }) })]) {
    state.text = text;
    state.now += keySetLimits.freshMs + 1;
    expect(await has("one")).toBe(true);
  }
  state.text = JSON.stringify({
    keys: [
      { kty: "oct", k: "c2VjcmV0", kid: "shared" },
      { ...(await keyNamed("private")), d: "c2VjcmV0" },
    ],
  });
  state.now += keySetLimits.freshMs + 1;
  for (const kid of ["shared", "private", "one"]) expect(await has(kid)).toBe(false);
});

test("an address that leads to a private one is not asked; the demonstration may ask this machine", async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  try {
    const inEarnest = guardedFetch({ allowedHosts: ["10.20.0.0/16"] });
    for (const url of [
      `http://127.0.0.1:${port}/jwks`,
      `https://127.0.0.1:${port}/jwks`,
      `https://localhost:${port}/jwks`,
      `https://[::ffff:127.0.0.1]:${port}/jwks`,
      "http://login.example/jwks",
      "https://169.254.169.254/latest/meta-data",
      "https://user:secret@login.example/jwks",
      "file:///etc/passwd",
    ])
      expect([
        url,
        await inEarnest(url).then(
          () => "read",
          () => "refused",
        ),
      ]).toEqual([url, "refused"]);
    expect(asked).toBe(0);
    expect(await guardedFetch({ insecureLoopback: true })(`http://127.0.0.1:${port}/jwks`)).toBe('{"keys":[]}');
    expect(asked).toBe(1);
  } finally {
    server.close();
  }
});
