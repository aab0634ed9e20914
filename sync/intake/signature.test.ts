import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { readPublicKey, signatureHeaders, signedBy } from "./signature";

const now = new Date("2026-11-22T09:00:00Z");
const keyOf = (id: string) => ({ id, algorithm: "hmac-sha256" as const, secret: randomBytes(32) });
const reference = ({ secret }: { secret: Buffer }) => new Webhook(`whsec_${secret.toString("base64")}`);
const headersOf = (key: { secret: Buffer }, body: string, at = now, id = "msg_1") => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
  "webhook-signature": reference(key).sign(id, at, body),
});

describe("a signature of Standard Webhooks", () => {
  it("is accepted as the reference implementation makes it, whatever the body holds", async () => {
    const key = keyOf("a");
    for (const body of ["", "{}", '{"name":"Siân O\'Donnell-Pryce \u{1f600}"}', "x".repeat(100_000)]) {
      const headers = signatureHeaders(headersOf(key, body), now);
      expect((await signedBy(headers!, Buffer.from(body), [keyOf("b"), key]))?.id).toBe("a");
      expect(await signedBy(headers!, Buffer.from(`${body} `), [key])).toBeUndefined();
    }
  });

  it("is found among several of one header, and other versions are passed over", async () => {
    const [old, fresh] = [keyOf("old"), keyOf("new")];
    const both = {
      ...headersOf(old, "{}"),
      "webhook-signature": `v1a,abc ${headersOf(old, "{}")["webhook-signature"]} ${headersOf(fresh, "{}")["webhook-signature"]}`,
    };
    expect((await signedBy(signatureHeaders(both, now)!, Buffer.from("{}"), [fresh]))?.id).toBe("new");
    expect((await signedBy(signatureHeaders(both, now)!, Buffer.from("{}"), [old]))?.id).toBe("old");
  });

  it("counts for five minutes, into the past and into the future", () => {
    const key = keyOf("a");
    for (const [seconds, taken] of [
      [-301, false],
      [-300, true],
      [0, true],
      [300, true],
      [301, false],
    ] as const) {
      const headers = headersOf(key, "{}", new Date(now.getTime() + seconds * 1000));
      expect([seconds, signatureHeaders(headers, now) !== undefined]).toEqual([seconds, taken]);
    }
  });

  it("by no key is by nobody, also when the door has no key at all", async () => {
    const headers = signatureHeaders(headersOf(keyOf("stranger"), "{}"), now)!;
    expect(await signedBy(headers, Buffer.from("{}"), [])).toBeUndefined();
    expect(await signedBy(headers, Buffer.from("{}"), [keyOf("a"), keyOf("b")])).toBeUndefined();
  });

  it("needs its three headers, once each", () => {
    const whole: Record<string, string | string[] | undefined> = headersOf(keyOf("a"), "{}");
    for (const name of Object.keys(whole)) {
      expect(signatureHeaders({ ...whole, [name]: undefined }, now)).toBeUndefined();
      expect(signatureHeaders({ ...whole, [name]: ["twice", "twice"] }, now)).toBeUndefined();
      expect(signatureHeaders({ ...whole, [name]: "" }, now)).toBeUndefined();
    }
  });

  it("may be made with a key of which the hub has the public half only", async () => {
    const pair = generateKeyPairSync("ed25519");
    const text = `whpk_${Buffer.from(pair.publicKey.export({ format: "jwk" }).x!, "base64url").toString("base64")}`;
    const key = { id: "own", algorithm: "ed25519" as const, secret: readPublicKey(text)! };
    const body = Buffer.from('{"records":[]}');
    const made = (signed: string) => ({
      "webhook-id": "msg_1",
      "webhook-timestamp": String(now.getTime() / 1000),
      "webhook-signature": `v1a,${sign(null, Buffer.from(signed), pair.privateKey).toString("base64")}`,
    });
    const good = signatureHeaders(made(`msg_1.${now.getTime() / 1000}.${body}`), now)!;
    expect((await signedBy(good, body, [keyOf("a"), key]))?.id).toBe("own");
    expect(await signedBy(good, Buffer.from("{}"), [key])).toBeUndefined();
    expect(await signedBy(good, body, [keyOf("a")])).toBeUndefined();
    expect(await signedBy(signatureHeaders(made(`msg_2.${now.getTime() / 1000}.${body}`), now)!, body, [key])).toBeUndefined();
    // Its public half is no secret: what is signed with it as if it were one is signed by nobody.
    const forged = { ...headersOf(keyOf("x"), "{}"), ...headersOf(key, "{}") };
    expect(await signedBy(signatureHeaders(forged, now)!, Buffer.from("{}"), [key])).toBeUndefined();
  });

  it("has a public key that is written as the specification says, or none", () => {
    for (const text of [
      "",
      "whpk_",
      "whsec_AAAA",
      `whpk_${Buffer.alloc(31).toString("base64")}`,
      `whpk_${Buffer.alloc(33).toString("base64")}`,
    ])
      expect([text, readPublicKey(text)]).toEqual([text, undefined]);
  });
});
