/** Who a client is: by a JWT that it signed itself, for this address, used once (RFC 7523, as NHS England's own services ask for it). */
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Role } from "../../access/principal";
import type { Clock } from "../../platform/clock";
import { isCompactJws, type RegisteredLabels } from "../auth";
import { type FetchKeys, remoteKeySet } from "../key-set";
import { hasUniqueMembers } from "../unique-members";
import { OAuthError } from "./error";

export interface RegisteredClient extends RegisteredLabels {
  readonly title: string;
  /** passport: a front-end that acts for a person; system: comes for itself. */
  readonly kind: "passport" | "system";
  readonly keys: { readonly inline: JSONWebKeySet } | { readonly url: string };
  /** Of a system. */
  readonly role?: Role;
  readonly organisation?: string;
  /** Audience of the people's tokens that this front-end exchanges: what their login service issues for it and for nobody else. */
  readonly subjectAudience?: string;
}

export const assertionAlgorithms = ["RS512", "EdDSA"] as const;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const longestLifeSeconds = 300;
const clockToleranceSeconds = 5;

export interface AssertionSettings {
  readonly clients: readonly RegisteredClient[];
  /** To the letter what `aud` must say. */
  readonly tokenUrl: () => string;
  readonly clock: Clock;
  firstUse(clientId: string, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
  readonly onKeysUnreadable?: (client: string, why: string) => void;
  readonly fetchKeys?: FetchKeys | undefined;
}

/** One answer to whoever is not who they say: which check failed is in the log of nobody but the hub. */
const refused = (why: string) => new OAuthError(401, "invalid_client", "The client assertion was not accepted.", why);

export function createClientAuthentication(settings: AssertionSettings) {
  const { clients, tokenUrl, clock } = settings;
  const keys = new Map<string, JWTVerifyGetKey>(
    clients.map((client) => [
      client.id,
      "url" in client.keys
        ? remoteKeySet({
            url: client.keys.url,
            fetch: settings.fetchKeys,
            onFailure: (why) => settings.onKeysUnreadable?.(client.id, why),
          })
        : createLocalJWKSet(client.keys.inline),
    ]),
  );
  /** Whom an assertion names, before anything of it is believed: for counting failures. */
  function named(parameters: ReadonlyMap<string, string>): RegisteredClient | undefined {
    try {
      const { iss } = decodeJwt(parameters.get("client_assertion") ?? "");
      return clients.find(({ id }) => id === iss);
    } catch {
      return undefined;
    }
  }

  async function authenticate(parameters: ReadonlyMap<string, string>): Promise<RegisteredClient> {
    const assertion = parameters.get("client_assertion");
    if (parameters.get("client_assertion_type") !== assertionType || assertion === undefined)
      throw new OAuthError(401, "invalid_client", `A client_assertion of type ${assertionType} is needed.`, "no assertion");
    const client = named(parameters);
    if (!isCompactJws(assertion) || !client) throw refused("nobody registered");
    if ((parameters.get("client_id") ?? client.id) !== client.id) throw refused("client_id of another");
    const { payload, protectedHeader } = await jwtVerify(assertion, keys.get(client.id)!, {
      issuer: client.id,
      subject: client.id,
      audience: tokenUrl(),
      algorithms: [...assertionAlgorithms],
      currentDate: clock.now(),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["exp", "jti"],
    }).catch((error: Error) => {
      throw refused(error.name);
    });
    const parts = assertion.split(".", 2).map((part) => Buffer.from(part, "base64url").toString("utf8"));
    if (!parts.every(hasUniqueMembers)) throw refused("a member is there twice");
    if (typeof protectedHeader.kid !== "string") throw refused("no kid");
    if (protectedHeader.typ !== undefined && protectedHeader.typ !== "JWT") throw refused("another type of token");
    // A list of audiences would let another service of the same client send it on.
    if (typeof payload.aud !== "string") throw refused("several audiences");
    const now = clock.now();
    if (payload.exp! > now.getTime() / 1000 + longestLifeSeconds + clockToleranceSeconds) throw refused("lives too long");
    const { jti } = payload;
    if (typeof jti !== "string" || jti === "" || jti.length > 200) throw refused("no jti");
    // Last: what was not signed by the client uses up nothing.
    const keptUntil = new Date((payload.exp! + clockToleranceSeconds) * 1000);
    if (!(await settings.firstUse(client.id, jti, keptUntil, now))) throw refused("used before");
    return client;
  }
  return { authenticate, named };
}
