/**
 * The hub's own token endpoint, beside the gateway: systems come with an assertion that they signed, and front-ends exchange a
 * person's login for a token with which they act for that person. What it issues lives five minutes.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { SignJWT } from "jose";
import { roleTable } from "../../access/roles";
import { policyVersion } from "../../access/tables";
import type { Clock } from "../../platform/clock";
import { type AuthenticatorSettings, createLogins, isCompactJws, type TrustedIssuer, trustedOf } from "../auth";
import type { GatewayLog } from "../context";
import { type Handler, sendJson } from "../http";
import type { AuditEvent } from "../plugins/use-audit";
import { type AssertionSettings, assertionAlgorithms, createClientAuthentication, type RegisteredClient } from "./client-assertion";
import { OAuthError } from "./error";
import { Failures } from "./failures";
import { type TokenKeys, tokenAlgorithm } from "./token-keys";

export interface TokenEndpointSettings extends Pick<AssertionSettings, "clients" | "firstUse" | "fetchKeys"> {
  /** Public address of the hub, without a slash at its end. */
  readonly address: () => string;
  /** Logins that may be exchanged; the hub's own tokens are not among them. */
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  readonly keys: TokenKeys;
  audit(event: AuditEvent): Promise<void>;
  readonly onKeysUnreadable?: AuthenticatorSettings["onKeysUnreadable"];
  readonly log?: GatewayLog;
}

const tokenSeconds = 300;
const longestBody = 20_000;
export const paths = { token: "/oauth2/token", keys: "/oauth2/jwks", metadata: "/.well-known/oauth-authorization-server" } as const;
const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
const subjectTypes = new Set([accessTokenType, "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"]);
/** Keys are read again every few minutes; everything else is nobody's to keep. */
const keysKept = { "cache-control": "public, max-age=300" };

/** The hub as an issuer of its own gateway. */
export function hubIssuer({ address, keys, clients }: Pick<TokenEndpointSettings, "address" | "keys" | "clients">): TrustedIssuer {
  return {
    get issuer() {
      return address();
    },
    get audience() {
      return `${address()}/graphql`;
    },
    algorithms: [tokenAlgorithm],
    keys: keys.verify,
    kind: "hub",
    maxAgeSeconds: tokenSeconds + 5,
    clients,
  };
}

interface Granted {
  readonly claims: Record<string, unknown>;
  readonly subject: string;
  readonly scope: readonly string[];
  readonly seconds: number;
  readonly answer: Record<string, unknown>;
  readonly event: Pick<AuditEvent, "subject" | "organisation" | "role" | "actingClient">;
}

export function tokenEndpoint(settings: TokenEndpointSettings): Handler {
  const { address, clock, keys, log } = settings;
  const tokenUrl = () => address() + paths.token;
  const clientAuthentication = createClientAuthentication({ ...settings, tokenUrl });
  const verifyLogin = createLogins({
    issuers: settings.issuers,
    clock,
    onKeysUnreadable: settings.onKeysUnreadable,
    fetchKeys: settings.fetchKeys,
  });
  const failures = new Failures();

  function forItself(client: RegisteredClient, parameters: ReadonlyMap<string, string>): Granted {
    if (client.kind !== "system" || client.role === undefined)
      throw new OAuthError(400, "unauthorized_client", "A front-end exchanges a person's token; it has none of its own.");
    const scope = scopeOf(client, parameters);
    const purpose = roleTable[client.role].purposes.join(" ");
    const org = client.organisation;
    return {
      subject: client.id,
      claims: { role: client.role, ...(org ? { org } : {}), aal: 2, purpose },
      scope,
      seconds: tokenSeconds,
      answer: {},
      event: { subject: `${address()}|${client.id}`, role: client.role, ...(org ? { organisation: org } : {}) },
    };
  }

  async function forPerson(client: RegisteredClient, parameters: ReadonlyMap<string, string>): Promise<Granted> {
    if (client.kind !== "passport") throw new OAuthError(400, "unauthorized_client", "This client acts for nobody.");
    const token = parameters.get("subject_token");
    if (token === undefined || !subjectTypes.has(parameters.get("subject_token_type") ?? ""))
      throw new OAuthError(400, "invalid_request", `subject_token and its type are needed: one of ${[...subjectTypes].join(", ")}.`);
    if (parameters.has("actor_token")) throw new OAuthError(400, "invalid_request", "The client is the actor: no actor_token.");
    if ((parameters.get("requested_token_type") ?? accessTokenType) !== accessTokenType)
      throw new OAuthError(400, "invalid_request", "Only access tokens are issued.");
    for (const name of ["audience", "resource"])
      if ((parameters.get(name) ?? `${address()}/graphql`) !== `${address()}/graphql`)
        throw new OAuthError(400, "invalid_target", `Tokens are for ${address()}/graphql only.`);
    const scope = scopeOf(client, parameters);
    if (!isCompactJws(token)) throw new OAuthError(400, "invalid_grant", "The subject token was not accepted.", "not a compact JWS");
    const login = await (async () => {
      // A token of the hub's own is of no issuer here: what was exchanged once is not exchanged again.
      const trusted = trustedOf(token, settings.issuers);
      return verifyLogin(token, trusted, client.subjectAudience === undefined ? {} : { audience: client.subjectAudience });
    })().catch((error: Error) => {
      throw new OAuthError(
        400,
        "invalid_grant",
        "The subject token was not accepted.",
        `subject ${error.message || error.name}`.slice(0, 100),
      );
    });
    const left = Math.floor((login.expiresAt.getTime() - clock.now().getTime()) / 1000);
    if (left < 1) throw new OAuthError(400, "invalid_grant", "The subject token was not accepted.", "subject expired");
    return {
      subject: login.subject,
      claims: {
        role: "passport",
        act: { sub: client.id },
        idp: login.issuer,
        idp_kind: login.login,
        ...(login.crsUuid ? { crs_uuid: login.crsUuid } : {}),
        // As the login has proved it, never more.
        aal: login.aal,
        purpose: roleTable.passport.purposes.join(" "),
      },
      scope,
      seconds: Math.min(tokenSeconds, left),
      answer: { issued_token_type: accessTokenType },
      event: { subject: `${login.issuer}|${login.subject}`, role: "passport", actingClient: client.id },
    };
  }

  async function issue(client: RegisteredClient, granted: Granted): Promise<Record<string, unknown>> {
    const now = Math.floor(clock.now().getTime() / 1000);
    const { kid, key } = await keys.signing();
    const scope = granted.scope.join(" ");
    const access_token = await new SignJWT({ ...granted.claims, client_id: client.id, scope })
      .setProtectedHeader({ alg: tokenAlgorithm, typ: "at+jwt", kid })
      .setIssuer(address())
      .setAudience(`${address()}/graphql`)
      .setSubject(granted.subject)
      .setIssuedAt(now)
      .setExpirationTime(now + granted.seconds)
      .setJti(randomUUID())
      .sign(key);
    return { access_token, token_type: "Bearer", expires_in: granted.seconds, scope, ...granted.answer };
  }

  const event = (operation: string, decision: AuditEvent["decision"], reason: string, who: Granted["event"]): AuditEvent => ({
    requestId: randomUUID(),
    operation,
    ...who,
    decision,
    reason,
    staffMembers: [],
    kinds: ["token"],
    controllers: [],
    counts: {},
    policyVersion,
  });

  async function answer(request: IncomingMessage): Promise<Record<string, unknown>> {
    const parameters = await parametersOf(request);
    const named = clientAuthentication.named(parameters);
    const side = `${request.socket.remoteAddress ?? "?"}|${named?.id ?? ""}`;
    const wait = failures.wait(side);
    if (wait !== undefined) throw new TooManyFailures(wait);
    let client: RegisteredClient | undefined;
    const grant = parameters.get("grant_type");
    const operation = grant === exchangeGrant ? "token exchange" : "token client-credentials";
    try {
      if (grant !== "client_credentials" && grant !== exchangeGrant)
        throw grant === undefined
          ? new OAuthError(400, "invalid_request", "grant_type is missing.")
          : new OAuthError(400, "unsupported_grant_type", `grant_type is client_credentials or ${exchangeGrant}.`);
      client = await clientAuthentication.authenticate(parameters);
      const granted = grant === exchangeGrant ? await forPerson(client, parameters) : forItself(client, parameters);
      const issued = await issue(client, granted);
      await settings.audit(
        event(operation, "ALLOW", `issued for ${granted.seconds} s: ${granted.scope.join(" ") || "no labels"}`, granted.event),
      );
      return issued;
    } catch (error) {
      if (error instanceof OAuthError) {
        failures.count(side);
        // Who was not proved to be a client is nobody whose doings are recorded: their number is bounded instead.
        if (client) {
          const who = { subject: `${address()}|${client.id}`, role: client.role ?? "passport" };
          await settings.audit(event(operation, "DENY", error.reason, { ...who, actingClient: client.id }));
        }
      }
      throw error;
    }
  }

  const metadata = () => ({
    issuer: address(),
    token_endpoint: tokenUrl(),
    jwks_uri: address() + paths.keys,
    grant_types_supported: ["client_credentials", exchangeGrant],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    response_types_supported: [],
    scopes_supported: [...new Set(settings.clients.flatMap(({ labels }) => labels))].sort(),
  });

  return async (request, response) => {
    const path = request.url?.split("?")[0];
    if (path === paths.keys || path === paths.metadata) {
      if (request.method !== "GET") sendJson(response, 405, { error: "invalid_request" }, { allow: "GET" });
      else sendJson(response, 200, path === paths.keys ? await keys.published() : metadata(), keysKept);
      return true;
    }
    if (path !== paths.token) return false;
    if (request.method !== "POST") {
      sendJson(response, 405, { error: "invalid_request", error_description: "Tokens are asked for by POST." }, { allow: "POST" });
      return true;
    }
    try {
      sendJson(response, 200, await answer(request), { pragma: "no-cache" });
    } catch (error) {
      if (error instanceof OAuthError)
        sendJson(response, error.status, { error: error.code, error_description: error.description }, { pragma: "no-cache" });
      else if (error instanceof TooManyFailures)
        sendJson(
          response,
          429,
          { error: "temporarily_unavailable", error_description: "Too many failures." },
          { "retry-after": String(error.seconds) },
        );
      else if (error instanceof BodyTooLarge)
        sendJson(response, 413, { error: "invalid_request", error_description: "The body is too large." }, { connection: "close" });
      else {
        log?.error({}, "A token could not be issued", error);
        sendJson(response, 503, { error: "temporarily_unavailable", error_description: "Ask again." });
      }
    }
    return true;
  };
}

class TooManyFailures extends Error {
  constructor(readonly seconds: number) {
    super();
  }
}

/** Asked for and registered; all that is registered where nothing is asked for. */
function scopeOf(client: RegisteredClient, parameters: ReadonlyMap<string, string>): readonly string[] {
  const asked = parameters.get("scope")?.split(" ").filter(Boolean);
  const scope = asked === undefined ? client.labels : client.labels.filter((label) => asked.includes(label));
  if (asked !== undefined && scope.length === 0)
    throw new OAuthError(400, "invalid_scope", "Nothing of what is asked for is registered for this client.");
  return scope;
}

class BodyTooLarge extends Error {}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > longestBody) throw new BodyTooLarge();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** RFC 6749 section 3.2: form-encoded in the body, and nothing twice. */
async function parametersOf(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  if (!/^application\/x-www-form-urlencoded(\s*;.*)?$/i.test(request.headers["content-type"] ?? ""))
    throw new OAuthError(400, "invalid_request", "The body is application/x-www-form-urlencoded.");
  if (request.headers.authorization !== undefined)
    throw new OAuthError(401, "invalid_client", "Clients sign an assertion; there is no other way.");
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await bodyOf(request))) {
    if (parameters.has(name)) throw new OAuthError(400, "invalid_request", "A parameter is there twice.");
    parameters.set(name, value);
  }
  return parameters;
}
