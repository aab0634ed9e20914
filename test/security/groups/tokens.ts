/**
 * Forged, borrowed, spoilt and replayed tokens at every door that takes one: the gateway with a staff login, a person's login, the
 * hub's own tokens and the development issuer; the token endpoint with the assertions of clients; and each token at the others' doors.
 */
import "reflect-metadata";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalJWKSet, importJWK, type JWK } from "jose";
import type { Principal } from "../../../access/principal";
import { createSessions } from "../../../console/session";
import { type Authenticate, createAuthenticator, type TrustedIssuer } from "../../../gateway/auth";
import { createKey, importKeys, signInternal } from "../../../gateway/internal-token";
import { hubIssuer, paths, tokenEndpoint } from "../../../gateway/oauth/token-endpoint";
import type { TokenKeys } from "../../../gateway/oauth/token-keys";
import { subgraphHandler } from "../../../gateway/subgraph-server";
import { systemClock } from "../../../platform/clock";
import { allSubgraphs } from "../../../subgraphs/all";
import { emptyTrail, type RequestContext } from "../../../subgraphs/kit/context";
import { principal } from "../../builders/principals";
import * as attacks from "../corpora/jwt-attacks";
import {
  type Attack,
  algorithmAttacks,
  type Claims,
  claimAttacks,
  type Door,
  headerAttacks,
  named,
  type Signer,
  signed,
  signer,
  spoilt,
} from "../corpora/jwt-forging";
import type { Row, SecurityGroup } from "../group";

async function judge(check: string, door: Door, all: Iterable<Attack>): Promise<Row> {
  let [tried, leaked] = [0, 0];
  const examples: string[] = [];
  for (const { name, source, token } of all) {
    tried += 1;
    if ((await door.try(token)) === undefined) continue;
    leaked += 1;
    if (examples.length < 8) examples.push(`${door.name}: ${name} (${attacks.sources[source]})`);
  }
  return { check: `${door.name}: ${check}`, tried, refused: tried - leaked, leaked, missed: 0, examples };
}

export const group: SecurityGroup = {
  what: "no forged, borrowed, spoilt or replayed token opens any door, and good ones open theirs",
  async run({ long }) {
    const clock = systemClock;
    const now = Math.floor(Date.now() / 1000);
    const [cis2, login, own, dev, vendor, app] = [
      signer("RS256", "cis2-1"),
      signer("EdDSA", "login-1"),
      signer("EdDSA", "hub-1"),
      signer("EdDSA", "dev-1"),
      signer("RS512", "vendor-1"),
      signer("EdDSA", "app-1"),
    ] as const;
    const address = "https://hub.example.nhs.uk";
    const used = new Set<string>();
    const clients = [
      {
        id: "tidewater",
        title: "Tidewater",
        kind: "system" as const,
        role: "vendor-lms" as const,
        organisation: "ZQC",
        labels: [],
        keys: { inline: { keys: [vendor.jwk] } },
      },
      { id: "passport-app", title: "Passport", kind: "passport" as const, labels: ["R1" as const], keys: { inline: { keys: [app.jwk] } } },
    ];
    const ownKey = await importJWK(own.privateKey.export({ format: "jwk" }) as JWK, "EdDSA");
    const keys: TokenKeys = {
      signing: async () => ({ kid: own.kid, key: ownKey }),
      published: async () => ({ keys: [own.jwk] }),
      verify: createLocalJWKSet({ keys: [own.jwk] }),
    };
    const known = (one: Signer) => createLocalJWKSet({ keys: [one.jwk] });
    const common = { maxAgeSeconds: 900, uuidClaim: "uuid", levels: [{ claim: "acr", value: "AAL2", aal: 2 }] };
    const issuers: TrustedIssuer[] = [
      { issuer: "https://cis2.example", audience: "lanyard", algorithms: ["RS256"], keys: known(cis2), kind: "staff", ...common },
      { issuer: "https://login.example", audience: "lanyard", algorithms: ["EdDSA"], keys: known(login), kind: "person", ...common },
    ];
    const hub = hubIssuer({ address: () => address, keys, clients });
    const development: TrustedIssuer = {
      issuer: "lanyard:development",
      audience: "lanyard",
      algorithms: ["EdDSA"],
      keys: known(dev),
      kind: "development",
    };
    const authenticate: Authenticate = createAuthenticator({ issuers: [...issuers, hub, development], clock });
    const atGateway = (token: string) =>
      authenticate(`Bearer ${token}`).then(
        (it) => it,
        () => undefined,
      );
    const endpoint = tokenEndpoint({
      address: () => address,
      clients,
      issuers,
      clock,
      keys,
      audit: async () => undefined,
      firstUse: async (client, jti) => !used.has(`${client} ${jti}`) && Boolean(used.add(`${client} ${jti}`)),
    });
    const internal = await importKeys(await createKey());
    const subgraph = allSubgraphs()[0]!;
    const subgraphDoor = subgraphHandler({
      subgraph,
      keys: internal,
      clock,
      context: (caller, requestId) => ({ caller, requestId, trail: emptyTrail() }) as unknown as RequestContext,
    });
    const server = createServer((request, response) => {
      // Each attack comes from somebody else: what is measured is the refusal, not the limit on failures.
      Object.defineProperty(request.socket, "remoteAddress", { value: randomUUID(), configurable: true });
      void (async () => (await endpoint(request, response)) || (await subgraphDoor(request, response)))();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const form = async (parameters: Record<string, string>) => {
      const response = await fetch(url + paths.token, { method: "POST", body: new URLSearchParams(parameters) });
      const body = (await response.json()) as { access_token?: string };
      return response.status === 200 ? body.access_token : undefined;
    };
    const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const asClient = (client_assertion: string) =>
      form({ grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion });
    const headerOf = (by: Signer, more: Claims = {}) => ({ alg: by.alg, kid: by.kid, ...more });
    const loginClaims = (issuer: string) => () => ({ iss: issuer, aud: "lanyard", sub: "somebody", iat: now, exp: now + 600, acr: "AAL2" });
    const doors: Door[] = [
      {
        name: "staff login",
        signer: cis2,
        header: headerOf(cis2),
        claims: loginClaims("https://cis2.example"),
        audience: "lanyard",
        issuer: "https://cis2.example",
        needs: ["iss", "aud", "sub", "exp", "iat"],
        try: atGateway,
      },
      {
        name: "person's login",
        signer: login,
        header: headerOf(login),
        claims: loginClaims("https://login.example"),
        audience: "lanyard",
        issuer: "https://login.example",
        needs: ["iss", "aud", "sub", "exp", "iat"],
        try: atGateway,
      },
      {
        name: "hub's own token",
        signer: own,
        header: headerOf(own, { typ: "at+jwt" }),
        claims: () => ({
          iss: address,
          aud: `${address}/graphql`,
          sub: "tidewater",
          client_id: "tidewater",
          role: "vendor-lms",
          org: "ZQC",
          iat: now,
          exp: now + 290,
        }),
        audience: `${address}/graphql`,
        issuer: address,
        needs: ["iss", "aud", "sub", "exp", "iat", "role", "client_id"],
        try: atGateway,
      },
      {
        name: "development token",
        signer: dev,
        header: headerOf(dev),
        claims: () => ({
          iss: "lanyard:development",
          aud: "lanyard",
          sub: "somebody",
          role: "hr",
          org: "ZQA",
          aal: 3,
          iat: now,
          exp: now + 600,
        }),
        audience: "lanyard",
        issuer: "lanyard:development",
        needs: ["iss", "aud", "sub", "exp", "role"],
        try: atGateway,
      },
      {
        name: "client assertion",
        signer: vendor,
        header: headerOf(vendor),
        claims: () => ({ iss: "tidewater", sub: "tidewater", aud: address + paths.token, exp: now + 290, jti: randomUUID() }),
        audience: address + paths.token,
        issuer: "tidewater",
        needs: ["iss", "aud", "sub", "exp", "jti"],
        try: asClient,
      },
    ];
    const rows: Row[] = [];
    for (const door of doors) {
      // Of the same kind as the real one: what is refused is the forgery, not the algorithm.
      const bad = signer(door.signer.alg, "mallory");
      rows.push(await judge("algorithms that are none, or another", door, algorithmAttacks(door, bad)));
      rows.push(await judge("headers that name keys, and other members", door, headerAttacks(door, bad)));
      rows.push(await judge("claims wrong, missing, twice, huge", door, claimAttacks(door, now)));
      rows.push(await judge("mutated and cut", door, spoilt(door, long)));
    }

    // What a login says of its holder changes nothing.
    const said: Row & { examples: string[] } = {
      check: "self-issued role, organisation, person, scope, level, acting client",
      tried: 0,
      refused: 0,
      leaked: 0,
      missed: 0,
      examples: [],
    };
    const told = said as { tried: number; refused: number; leaked: number; examples: string[] };
    const withoutUuid = ({ crsUuid: _, ...rest }: Principal) => JSON.stringify(rest);
    for (const door of doors.slice(0, 2)) {
      const plain = withoutUuid((await atGateway(signed(door.signer, door.header, door.claims()))) as Principal);
      for (const claims of attacks.selfIssued) {
        told.tried += 1;
        const principal = await atGateway(signed(door.signer, door.header, { ...door.claims(), ...claims }));
        if (principal === undefined || withoutUuid(principal) === plain) told.refused += 1;
        else told.examples.push(`${door.name}: ${named(claims)}`);
      }
      for (const act of attacks.actingClaims) {
        told.tried += 1;
        if ((await atGateway(signed(door.signer, door.header, { ...door.claims(), act }))) === undefined) told.refused += 1;
        else told.examples.push(`${door.name}: act ${named(act)}`);
      }
    }
    told.leaked = told.tried - told.refused;
    rows.push(said);

    // Each token at every door but its own.
    const sessions = await createSessions({ key: await createKey(), clock, operators: [{ name: "P. Okafor", role: "ops" }] });
    const cookie = (await sessions.start({ name: "P. Okafor", role: "ops" })).split(";")[0]!.split("=")[1]!;
    const asked = { query: "{ _service { sdl } }" };
    const tokens: Record<string, () => Promise<string>> = {
      "internal token": () =>
        signInternal(internal, clock, subgraph.name, asked, { principal: principal("hr", { org: "ZQA" }), requestId: "r" }),
      "console cookie": async () => cookie,
      ...Object.fromEntries(doors.map((door) => [door.name, async () => signed(door.signer, door.header, door.claims())])),
    };
    const exchange = (subject_token: string) =>
      form({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_assertion_type: assertionType,
        client_assertion: signed(app, headerOf(app), {
          iss: "passport-app",
          sub: "passport-app",
          aud: address + paths.token,
          exp: now + 290,
          jti: randomUUID(),
        }),
      });
    const atSubgraph = async (token: string) => {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(asked),
      });
      return response.status === 401 ? undefined : response.status;
    };
    const places: [string, (token: string) => Promise<unknown>, readonly string[]][] = [
      ["gateway", atGateway, ["staff login", "person's login", "hub's own token", "development token"]],
      ["token endpoint", asClient, ["client assertion"]],
      ["token exchange", exchange, ["staff login", "person's login"]],
      ["subgraph", atSubgraph, ["internal token"]],
      ["console", async (token) => sessions.read(`lanyard-console=${token}`), ["console cookie"]],
    ];
    const swapped = {
      check: "every token at every other door, and at its own",
      tried: 0,
      refused: 0,
      leaked: 0,
      missed: 0,
      examples: [] as string[],
    };
    for (const [place, enter, mayCome] of places)
      for (const [name, make] of Object.entries(tokens)) {
        swapped.tried += 1;
        const entered = (await enter(await make())) !== undefined;
        if (entered === mayCome.includes(name)) swapped.refused += entered ? 0 : 1;
        else {
          swapped[entered ? "leaked" : "missed"] += 1;
          swapped.examples.push(`${name} at the ${place}`);
        }
      }
    rows.push(swapped);

    const replayed = {
      check: "an assertion used again: as it is, with another signature, by another client",
      tried: 0,
      refused: 0,
      leaked: 0,
      missed: 0,
      examples: [] as string[],
    };
    for (let at = 0; at < 25; at++) {
      const claims = { ...doors[4]!.claims(), jti: `jti-${at}` };
      const first = signed(vendor, doors[4]!.header, claims);
      if ((await asClient(first)) === undefined) replayed.missed += 1;
      for (const again of [first, signed(vendor, doors[4]!.header, { ...claims, exp: now + 280 })]) {
        replayed.tried += 1;
        if ((await asClient(again)) === undefined) replayed.refused += 1;
        else replayed.leaked += 1;
      }
    }
    rows.push(replayed);
    server.closeAllConnections();
    server.close();
    return rows;
  },
};
