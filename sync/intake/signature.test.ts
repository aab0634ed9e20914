import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { signatureHeaders, signedBy } from "./signature";

const now = new Date("2026-11-22T09:00:00Z");
const keyOf = (id: string) => ({ id, secret: randomBytes(32) });
const reference = ({ secret }: { secret: Buffer }) => new Webhook(`whsec_${secret.toString("base64")}`);
const headersOf = (key: { secret: Buffer }, body: string, at = now, id = "msg_1") => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
  "webhook-signature": reference(key).sign(id, at, body),
});

describe("a signature of Standard Webhooks", () => {
  it("is accepted as the reference implementation makes it, whatever the body holds", () => {
    const key = keyOf("a");
    for (const body of ["", "{}", '{"name":"Siân O\'Donnell-Pryce \u{1f600}"}', "x".repeat(100_000)]) {
      const headers = signatureHeaders(headersOf(key, body), now);
      expect(signedBy(headers!, Buffer.from(body), [keyOf("b"), key])).toBe("a");
      expect(signedBy(headers!, Buffer.from(`${body} `), [key])).toBeUndefined();
    }
  });

  it("is found among several of one header, and other versions are passed over", () => {
    const [old, fresh] = [keyOf("old"), keyOf("new")];
    const both = {
      ...headersOf(old, "{}"),
      "webhook-signature": `v1a,abc ${headersOf(old, "{}")["webhook-signature"]} ${headersOf(fresh, "{}")["webhook-signature"]}`,
    };
    expect(signedBy(signatureHeaders(both, now)!, Buffer.from("{}"), [fresh])).toBe("new");
    expect(signedBy(signatureHeaders(both, now)!, Buffer.from("{}"), [old])).toBe("old");
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

  it("by no key is by nobody, also when the door has no key at all", () => {
    const headers = signatureHeaders(headersOf(keyOf("stranger"), "{}"), now)!;
    expect(signedBy(headers, Buffer.from("{}"), [])).toBeUndefined();
    expect(signedBy(headers, Buffer.from("{}"), [keyOf("a"), keyOf("b")])).toBeUndefined();
  });

  it("needs its three headers, once each", () => {
    const whole: Record<string, string | string[] | undefined> = headersOf(keyOf("a"), "{}");
    for (const name of Object.keys(whole)) {
      expect(signatureHeaders({ ...whole, [name]: undefined }, now)).toBeUndefined();
      expect(signatureHeaders({ ...whole, [name]: ["twice", "twice"] }, now)).toBeUndefined();
      expect(signatureHeaders({ ...whole, [name]: "" }, now)).toBeUndefined();
    }
  });
});
