// A token for a system: node token.mjs <address of the hub> <client id> <kid> <private key, PEM>. Nothing but Node is needed.
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const [hub, client, kid, file] = process.argv.slice(2);
const key = createPrivateKey(readFileSync(file));
const isEd25519 = key.asymmetricKeyType === "ed25519";
const now = Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const input = `${encode({ alg: isEd25519 ? "EdDSA" : "RS512", kid })}.${encode({
  iss: client,
  sub: client,
  aud: `${hub}/oauth2/token`,
  exp: now + 240,
  jti: randomUUID(),
})}`;
const assertion = `${input}.${sign(isEd25519 ? null : "sha512", Buffer.from(input), key).toString("base64url")}`;

const response = await fetch(`${hub}/oauth2/token`, {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  }),
});
console.log(JSON.stringify(await response.json()));
process.exitCode = response.ok ? 0 : 1;
