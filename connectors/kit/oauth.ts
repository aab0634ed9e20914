import { createPrivateKey, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { HubError } from "../../platform/errors";
import type { Http } from "../connector";

export interface Token {
  /** A valid access token; fetched once, shared by everybody who asks at the same time. */
  (): Promise<string>;
  /**
   * Forgets the token that a 401 was said of: the next call fetches a new one. Several calls that were rejected side by side
   * name the same token, and fetch one new one together.
   */
  invalidate(rejected: string): void;
}

interface Client {
  readonly http: Http;
  readonly tokenUrl: string;
  readonly clientId: string;
}

/** Renewed this long before it ends, so that a token does not end on its way. */
const marginMs = 30_000;
/** RFC 6749 lets a server leave `expires_in` out. */
const defaultLifetimeSeconds = 300;

/** NHS England allows five minutes; a minute is left for clocks that differ. */
const assertionSeconds = 240;

/** OAuth 2 client credentials with a shared secret. */
export function clientCredentials(options: Client & { readonly clientSecret: string; readonly scope?: string }): Token {
  return cached(
    async () => [
      ["grant_type", "client_credentials"],
      ["client_id", options.clientId],
      ["client_secret", options.clientSecret],
      ...(options.scope ? ([["scope", options.scope]] as const) : []),
    ],
    options,
  );
}

/**
 * OAuth 2 client credentials with a signed JWT, as NHS England's application-restricted interfaces ask for it: issuer and
 * subject are the client id, the audience is the token URL to the letter, every token has its own id and lives 5 minutes at most.
 */
export function privateKeyJwt(
  options: Client & {
    readonly privateKeyPem: string;
    readonly keyId: string;
    readonly algorithm?: string;
    readonly scope?: string;
    readonly now?: () => string;
  },
): Token {
  return cached(async () => {
    // The hub's own clock, which may be fixed (`--today`): vendor and hub of a demonstration then live on one day.
    const issuedAt = options.now ? Math.floor(Date.parse(options.now()) / 1000) : undefined;
    let key: ReturnType<typeof createPrivateKey>;
    try {
      key = createPrivateKey(options.privateKeyPem);
    } catch {
      // Without the cause: what could not be read may be half a key.
      throw new HubError({
        code: "SETTINGS_INVALID",
        class: "settings",
        detail: { pointer: "/privateKey", expected: "a private key in PEM", got: "something else" },
      });
    }
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: options.algorithm ?? "RS512", kid: options.keyId, typ: "JWT" })
      .setIssuer(options.clientId)
      .setSubject(options.clientId)
      .setAudience(options.tokenUrl)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt === undefined ? "4m" : issuedAt + assertionSeconds)
      .sign(key);
    return [
      ["grant_type", "client_credentials"],
      ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
      ["client_assertion", assertion],
      ...(options.scope ? ([["scope", options.scope]] as const) : []),
    ];
  }, options);
}

function cached(form: () => Promise<readonly (readonly [string, string])[]>, client: Client): Token {
  let held: { readonly token: string; readonly until: number } | undefined;
  let pending: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const answer = await client.http.request({
      method: "POST",
      url: client.tokenUrl,
      form: await form(),
      expect: "json",
      accept: [400, 401, 403],
      operation: "POST token",
      maxBytes: 65_536,
    });
    const host = new URL(client.tokenUrl).host;
    // A wrong secret is a 401 by the standard and a 400 in practice: whatever is refused here is about the credential.
    if (answer.status >= 400)
      throw new HubError({
        code: "CREDENTIALS_REJECTED",
        class: "auth",
        detail: { host, status: answer.status, why: errorCode(answer.json) },
      });
    const body = answer.json() as { access_token?: unknown; expires_in?: unknown } | null;
    const token = body?.access_token;
    if (typeof token !== "string" || token === "") {
      throw new HubError({
        code: "UNEXPECTED_ANSWER",
        class: "schema",
        detail: { host, operation: "POST token", pointer: "/access_token", expected: "text", got: typeof token },
      });
    }
    const stated = Number(body?.expires_in ?? defaultLifetimeSeconds);
    const lifetimeMs = (Number.isFinite(stated) && stated > 0 ? stated : defaultLifetimeSeconds) * 1000;
    // A duration, so the monotonic clock: nobody sets it back in the middle of a run.
    held = { token, until: performance.now() + Math.max(lifetimeMs / 2, lifetimeMs - marginMs) };
    return token;
  }

  const token = async () => {
    if (held && performance.now() < held.until) return held.token;
    pending ??= fetchToken().finally(() => {
      pending = undefined;
    });
    return pending;
  };
  return Object.assign(token, {
    invalidate(rejected: string) {
      if (held?.token === rejected) held = undefined;
    },
  });
}

/** Of RFC 6749, RFC 7521 and RFC 6750. */
const errorWords = new Set([
  ...["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"],
  ...["access_denied", "server_error", "temporarily_unavailable", "invalid_token", "insufficient_scope"],
]);
/** The standard's words only: `error_description` is free text, and any other word may be our secret, said back. */
function errorCode(json: () => unknown): string {
  try {
    const { error } = json() as { error?: unknown };
    return typeof error === "string" && errorWords.has(error) ? error : "no reason given";
  } catch {
    return "no reason given";
  }
}
