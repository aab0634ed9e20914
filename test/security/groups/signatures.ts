/** What vendors push, with its signature mutated in every way, at the hub's own check of it: Standard Webhooks, both kinds. */
import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { LiveKey } from "../../../store/intake-keys";
import { signatureHeaders, signedBy } from "../../../sync/intake/signature";
import type { Row, SecurityGroup } from "../group";

type Headers = Record<string, string | string[]>;
interface Push {
  readonly headers: Headers;
  readonly body: Buffer;
}
interface Kind {
  readonly name: string;
  readonly key: LiveKey;
  readonly version: string;
  seal(text: Buffer): Buffer;
}

const whole = { organisations: undefined, kinds: undefined };
const flipped = (bytes: Buffer, bit: number) => {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

function* mutations(kind: Kind, now: Date, long: boolean): Generator<readonly [string, Push]> {
  const body = Buffer.from(JSON.stringify({ records: [{ id: "1", competencyName: "Fire Safety" }] }));
  const at = Math.floor(now.getTime() / 1000);
  const over = (id: string, timestamp: string | number, content: Buffer) =>
    kind.seal(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), content]));
  const signature = over("msg_1", at, body);
  const good: Headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at),
    "webhook-signature": `${kind.version},${signature.toString("base64")}`,
  };
  const withSignature = (text: string): Push => ({ headers: { ...good, "webhook-signature": text }, body });
  const other = kind.version === "v1" ? "v1a" : "v1";

  for (let bit = 0; bit < signature.length * 8; bit++)
    yield [`bit ${bit} of the signature`, withSignature(`${kind.version},${flipped(signature, bit).toString("base64")}`)];
  for (let length = 0; length < signature.length; length++)
    yield [`signature cut to ${length} bytes`, withSignature(`${kind.version},${signature.subarray(0, length).toString("base64")}`)];
  for (let more = 1; more <= 16; more++)
    yield [`${more} bytes behind it`, withSignature(`${kind.version},${Buffer.concat([signature, randomBytes(more)]).toString("base64")}`)];
  for (let bit = 0; bit < body.length * 8; bit += long ? 1 : 5)
    yield [`bit ${bit} of the body`, { headers: good, body: flipped(body, bit) }];
  for (let length = 0; length < body.length; length += long ? 1 : 4)
    yield [`body cut to ${length}`, { headers: good, body: body.subarray(0, length) }];
  for (const tail of [" ", "\n", "\0", "{}", body.toString()])
    yield ["a tail behind the body", { headers: good, body: Buffer.concat([body, Buffer.from(tail)]) }];
  for (const version of [other, "V1", "v2", "v0", "", "v1 ", "none", kind.version.repeat(2)])
    yield [`version ${version}`, withSignature(`${version},${signature.toString("base64")}`)];
  const text = signature.toString("base64");
  for (const written of [
    "",
    text,
    `${kind.version}`,
    `${kind.version},`,
    `${kind.version}=${text}`,
    `${kind.version};${text}`,
    signature.toString("hex"),
    `${kind.version},${signature.toString("hex")}`,
    `${kind.version},${[...text].reverse().join("")}`,
  ])
    yield ["written otherwise", withSignature(written)];
  for (const zeros of [32, 64]) yield [`${zeros} zeros`, withSignature(`${kind.version},${Buffer.alloc(zeros).toString("base64")}`)];
  yield [
    "ten wrong ones before it",
    withSignature(
      [
        ...Array.from({ length: 10 }, () => `${kind.version},${randomBytes(signature.length).toString("base64")}`),
        `${kind.version},${text}`,
      ].join(" "),
    ),
  ];
  for (const id of ["msg_2", "MSG_1", "msg_1 ", "msg_1.", "", "x".repeat(257), `msg_1.${at}`])
    yield [`id ${id.slice(0, 20)}`, { headers: { ...good, "webhook-id": id }, body }];
  for (const seconds of [1, -1, 300, -300])
    yield [`a time ${seconds} s off`, { headers: { ...good, "webhook-timestamp": String(at + seconds) }, body }];
  for (const timestamp of ["", "soon", `${at}.0`, `+${at}`, ` ${at}`, `0${at}`, "-1", "1e9", "9".repeat(13), `${at},${at}`])
    yield [`time ${timestamp}`, { headers: { ...good, "webhook-timestamp": timestamp }, body }];
  // Signed well, and of another time: a push that was kept back, or made ahead.
  for (const seconds of [301, -301, 3_600, -86_400]) {
    const stamp = at + seconds;
    const sealed = `${kind.version},${over("msg_1", stamp, body).toString("base64")}`;
    yield [`signed ${seconds} s off`, { headers: { ...good, "webhook-timestamp": String(stamp), "webhook-signature": sealed }, body }];
  }
  // What stands between id, time and body moved from one to the next: the signed text is the same.
  yield [
    "the point moved into the body",
    {
      headers: { ...good, "webhook-id": "msg_1", "webhook-timestamp": String(at).slice(0, -1) },
      body: Buffer.concat([Buffer.from(String(at).slice(-1)), body]),
    },
  ];
  for (const name of Object.keys(good)) {
    const { [name]: _, ...rest } = good;
    yield [`without ${name}`, { headers: rest, body }];
    yield [`${name} twice`, { headers: { ...good, [name]: [String(good[name]), String(good[name])] }, body }];
  }
}

async function tryAll(kind: Kind, keys: readonly LiveKey[], now: Date, long: boolean): Promise<Row> {
  const opens = async ({ headers, body }: Push) => {
    const read = signatureHeaders(headers, now);
    return read !== undefined && (await signedBy(read, body, keys)) !== undefined;
  };
  const examples: string[] = [];
  let [tried, leaked, missed] = [0, 0, 0];
  for (const [name, push] of mutations(kind, now, long)) {
    tried += 1;
    if (!(await opens(push))) continue;
    leaked += 1;
    if (examples.length < 8) examples.push(name);
  }
  // The same door opens to what is signed well, also beside a signature of a key that is over.
  const at = Math.floor(now.getTime() / 1000);
  const body = Buffer.from("{}");
  const sealed = `${kind.version},${kind.seal(Buffer.concat([Buffer.from(`msg_1.${at}.`), body])).toString("base64")}`;
  for (const text of [sealed, `${kind.version},${randomBytes(kind.version === "v1" ? 32 : 64).toString("base64")} ${sealed}`]) {
    tried += 1;
    if (!(await opens({ headers: { "webhook-id": "msg_1", "webhook-timestamp": String(at), "webhook-signature": text }, body })))
      missed += 1;
  }
  return { check: kind.name, tried, refused: tried - leaked - 2, leaked, missed, examples };
}

export const group: SecurityGroup = {
  what: "a push whose signature, time, id or body was changed in any way is not its vendor's",
  async run({ long }) {
    const secret = randomBytes(32);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const open = Buffer.from((publicKey.export({ format: "jwk" }) as { x: string }).x, "base64url");
    const kinds: Kind[] = [
      {
        name: "HMAC-SHA256",
        version: "v1",
        key: { id: "h", algorithm: "hmac-sha256", secret, ...whole },
        seal: (text) => createHmac("sha256", secret).update(text).digest(),
      },
      {
        name: "Ed25519",
        version: "v1a",
        key: { id: "e", algorithm: "ed25519", secret: open, ...whole },
        seal: (text) => sign(null, text, privateKey),
      },
    ];
    const keys = kinds.map(({ key }) => key);
    const now = new Date();
    const rows = [];
    for (const kind of kinds) rows.push(await tryAll(kind, keys, now, long));
    const body = Buffer.from("{}");
    const at = Math.floor(now.getTime() / 1000);
    const confused = { check: "the public key as the secret of the other kind", tried: 0, refused: 0, leaked: 0, missed: 0 };
    for (const text of [
      open,
      Buffer.from(open.toString("base64")),
      Buffer.from(`whpk_${open.toString("base64")}`),
      publicKey.export({ format: "der", type: "spki" }),
      Buffer.alloc(0),
      Buffer.alloc(32),
    ]) {
      confused.tried += 1;
      const forged = `v1,${createHmac("sha256", text).update(`msg_1.${at}.`).update(body).digest("base64")}`;
      const read = signatureHeaders({ "webhook-id": "msg_1", "webhook-timestamp": String(at), "webhook-signature": forged }, now);
      if (read && (await signedBy(read, body, keys))) confused.leaked += 1;
      else confused.refused += 1;
    }
    return [...rows, confused];
  },
};
