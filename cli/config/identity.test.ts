import { configurationFolder, trust } from "../../test/builders/configuration";
import { ConfigError } from "./load";

const { load, faultsOf } = configurationFolder();

describe("who may call", () => {
  const key = '{ kty: OKP, crv: Ed25519, kid: k1, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }';
  const issuer = (more = "") =>
    `issuers: [{ issuer: "https://cis2.example", kind: staff, jwks: "https://cis2.example/jwks", audience: lanyard, algorithms: [RS256]${more} }]\n`;

  test("a login service has the levels that the national services say, unless it is said otherwise", () => {
    const { identity } = load(`${trust}${issuer()}`);
    expect(identity.issuers[0]).toMatchObject({ kind: "staff", maxAgeSeconds: 900, uuidClaim: "nhsid_useruid", requires: {} });
    expect(identity.issuers[0]!.levels).toContainEqual({ claim: "acr", value: "AAL3_ANY", aal: 3 });
    const person = load(`${trust}${issuer().replace("staff", "person")}`).identity.issuers[0]!;
    expect(person.requires).toEqual({ identity_proofing_level: "P9" });
    expect(person.uuidClaim).toBeUndefined();
  });

  test("roles are of staff, at an organisation of the file, by one of subject and uuid", () => {
    const faults = faultsOf(`${trust}${issuer()}roleAssignments:
  - { issuer: "https://cis2.example", subject: a, role: hr }
  - { issuer: "https://cis2.example", subject: a, uuid: b, role: hr, organisation: ZQA }
  - { issuer: "https://other.example", subject: a, role: hr, organisation: ZQX }
  - { issuer: "https://cis2.example", subject: a, role: ops, organisation: ZQA }
`);
    for (const said of [
      "roleAssignments[0].organisation: is missing",
      "roleAssignments[1]: says not just one of subject and uuid",
      "roleAssignments[2].issuer: is no staff issuer of this file: https://other.example",
      "roleAssignments[2].organisation: is not among the organisations: ZQX",
      "roleAssignments[3].organisation: does not belong here",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(() => load(`${trust}${issuer()}roleAssignments: [{ issuer: "https://cis2.example", subject: a, role: self }]`)).toThrow(
      ConfigError,
    );
  });

  test("a front-end has no role of its own, a system has one, and nobody registers a private key or the demonstration's client", () => {
    const faults = faultsOf(`${trust}clients:
  - { id: app, title: App, kind: passport, role: esr, keys: [${key}] }
  - { id: system, title: System, kind: system, keys: [${key}] }
  - { id: development-passport, title: Mine, kind: passport }
`);
    for (const said of [
      "clients[0]: has a role or an organisation of its own",
      "clients[1].role: is missing",
      "clients[1].organisation: is missing",
      "clients[2].id: is used twice",
      "clients[2]: says not just one of jwks and keys",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(() =>
      load(`${trust}clients: [{ id: app, title: App, kind: passport, keys: [${key.replace("kid", "d: c2VjcmV0, kid")}] }]`),
    ).toThrow(ConfigError);
  });

  test("in production every address is https, clients know the hub's, and the development issuer is nobody's login service", () => {
    const production = trust.replace("demonstration", "production");
    const faults = faultsOf(`${production}publicAddress: http://hub.example/
clients: [{ id: app, title: App, kind: passport, jwks: "http://app.example/jwks" }]
${issuer().replaceAll("https://cis2.example/jwks", "http://cis2.example/jwks").replace('issuer: "https://cis2.example"', 'issuer: "lanyard:development"')}`);
    for (const said of [
      "publicAddress: uses http",
      "publicAddress: ends with a slash",
      "clients[0].jwks: uses http",
      "issuers[0].jwks: uses http",
      "issuers[0].issuer: is the hub's own name",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(faultsOf(`${production}clients: [{ id: app, title: App, kind: passport, keys: [${key}] }]`)).toContainEqual(
      expect.stringContaining("publicAddress: is missing"),
    );
  });
});
