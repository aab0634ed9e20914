/**
 * How each caller really gets in: staff by a login service and a role that was assigned, people by their own login and an account,
 * front-ends by exchanging that login, systems by an assertion that they sign.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Clock } from "../../../platform/clock";
import type { OpenStore } from "../../../store/open";
import { client, staffRoles, systemRoles } from "./callers";
import type { Canaries } from "./canary";
import type { Caller } from "./expect";
import type { Population } from "./population";
import { organisations, people } from "./scenario";

const staffIssuer = "https://staff-login.sweep.example";
const personIssuer = "https://person-login.sweep.example";
const audience = "lanyard";
const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtType = "urn:ietf:params:oauth:token-type:jwt";
/** A token is signed anew when the hub's clock has moved on by so much: it runs fast (hub.ts). */
const keptMs = 120_000;

const subjectOf = (role: string, org: string | undefined) => `${role}|${org ?? "hub"}`;
const systemId = (role: string, org: string) => `${role}-${org.toLowerCase()}`;
const withoutTrust = new Set(["nhse", "ops"]);

export interface Credential {
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface Logins {
  /** The part of lanyard.yaml that says who may come. */
  readonly yaml: string;
  /** An account for everybody of the scenario, by a code of the employer's HR and the date of birth. */
  bind(store: OpenStore, population: Population, canaries: Canaries): Promise<void>;
  credential(caller: Caller, address: string): Promise<Credential>;
  close(): Promise<void>;
}

export async function createLogins(clock: Clock): Promise<Logins> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "sweep", alg: "EdDSA", use: "sig" };
  const server = createServer((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const signed = (issuer: string, subject: string, to: string, claims: Record<string, unknown>) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "EdDSA", kid: "sweep" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(to)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + 290)
      .sign(privateKey);

  const personToken = ({ person, name, aal }: Caller) =>
    signed(personIssuer, person ? `person:${person}` : `nobody:${name}`, audience, {
      identity_proofing_level: "P9",
      ...(aal >= 2 ? { vot: "P9.Cp.Cd" } : {}),
    });

  async function fromHub(address: string, id: string, parameters: Record<string, string>, times = 5): Promise<string> {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: "EdDSA", kid: "sweep" })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(`${address}/oauth2/token`)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + 200)
      .setJti(randomUUID())
      .sign(privateKey);
    const response = await fetch(`${address}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
        ...parameters,
      }),
    });
    const said = (await response.json()) as { access_token?: string };
    // A busy machine says "ask again", as the endpoint means it.
    if (response.status === 503 && times > 1) return fromHub(address, id, parameters, times - 1);
    if (said.access_token === undefined) throw new Error(`no token for ${id}: ${JSON.stringify(said)}`);
    return said.access_token;
  }

  async function tokenOf(caller: Caller, address: string): Promise<string> {
    const { role, org, aal, scope } = caller;
    if (role === "self") return personToken(caller);
    if (role === "passport")
      return fromHub(address, caller.act ?? client, {
        grant_type: exchangeGrant,
        subject_token: await personToken(caller),
        subject_token_type: jwtType,
        ...(scope !== undefined ? { scope } : {}),
      });
    if (systemRoles.includes(role)) return fromHub(address, systemId(role, org!), { grant_type: "client_credentials" });
    const level = aal >= 3 ? { acr: "AAL3_ANY" } : aal === 2 ? { acr: "AAL2_ANY" } : {};
    // A role that nobody was given is asked for with the login of somebody who has another.
    return signed(staffIssuer, staffRoles.includes(role) ? subjectOf(role, org) : subjectOf("hr", org), audience, level);
  }

  const kept = new Map<string, { readonly token: Promise<string>; readonly at: number }>();
  return {
    yaml: yamlOf(jwks, jwk),
    async bind(store, population, canaries) {
      const now = clock.now();
      for (const { name, known } of people) {
        const organisation = organisations.find((org) => known[org]?.includes("esr"))!;
        const staffMember = population.ids.get(name)!;
        const { code } = await store.accounts.issueCode({ staffMember, organisation, by: "sweep", now });
        const birthDate = canaries.birthDates().get(`${name} ${organisation}`)!;
        await store.accounts.claimByCode({ issuer: personIssuer, subject: `person:${name}`, kind: "person" }, { code, birthDate, now });
      }
    },
    async credential(caller, address) {
      const key = `${address} ${JSON.stringify(caller)}`;
      let found = kept.get(key);
      if (!found || clock.now().getTime() - found.at > keptMs) {
        found = { token: tokenOf(caller, address), at: clock.now().getTime() };
        kept.set(key, found);
      }
      const { role, org, purpose } = caller;
      const assigned = role !== "self" && role !== "passport" && !systemRoles.includes(role);
      return {
        token: await found.token,
        headers: { "lanyard-purpose": purpose, ...(assigned ? { "lanyard-role": org ? `${role} ${org}` : role } : {}) },
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function yamlOf(jwks: string, jwk: Record<string, unknown>): string {
  const issuer = (name: string, kind: string) =>
    `  - { issuer: "${name}", kind: ${kind}, jwks: "${jwks}", audience: "${audience}", algorithms: [EdDSA] }`;
  const assignments = staffRoles
    .filter((role) => !systemRoles.includes(role))
    .flatMap((role) =>
      (withoutTrust.has(role) ? [undefined] : organisations).map(
        (org) =>
          `  - { issuer: "${staffIssuer}", subject: "${subjectOf(role, org)}", role: ${role}${org ? `, organisation: ${org}` : ""} }`,
      ),
    );
  const keys = `keys: [${JSON.stringify(jwk)}]`;
  const systems = systemRoles.flatMap((role) =>
    organisations.map(
      (org) => `  - { id: ${systemId(role, org)}, title: ${role}, kind: system, role: ${role}, organisation: ${org}, ${keys} }`,
    ),
  );
  const fronts = [
    `  - { id: ${client}, title: Passport, kind: passport, labels: [R1, R2, R3, R4, R5, R7, R10, R11], ${keys} }`,
    `  - { id: narrow-front-end, title: Narrow, kind: passport, labels: [R3], ${keys} }`,
  ];
  return `issuers:
${issuer(staffIssuer, "staff")}
${issuer(personIssuer, "person")}
roleAssignments:
${assignments.join("\n")}
clients:
${[...fronts, ...systems].join("\n")}
`;
}
