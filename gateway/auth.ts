/** From a bearer token to a principal. Only configured issuers, only their fixed algorithms, only claims that were signed. */
import { createRemoteJWKSet, decodeJwt, importJWK, type JWK, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Principal, type Role, roles } from "../access/principal";
import type { Clock } from "../platform/clock";

export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Fixed by configuration: a token never chooses its own. */
  readonly algorithms: readonly string[];
  readonly jwksUrl?: string;
  readonly key?: JWK;
  /** Whether its claim `person` (a staff member id) is believed; else the account must be bound to somebody. */
  readonly namesPersons?: boolean;
}

/** No token, or not one to rely on. The reason is for the log, never for the caller. */
export class Unauthenticated extends Error {}

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

const clockToleranceSeconds = 5;

export function createAuthenticator({ issuers, clock }: { issuers: readonly TrustedIssuer[]; clock: Clock }): Authenticate {
  const keys = new Map<string, JWTVerifyGetKey>();
  const keyOf = (trusted: TrustedIssuer): JWTVerifyGetKey => {
    let key = keys.get(trusted.issuer);
    if (!key) {
      if (trusted.key) {
        const imported = importJWK(trusted.key, trusted.algorithms[0]);
        key = (() => imported) as JWTVerifyGetKey;
      } else if (trusted.jwksUrl) key = createRemoteJWKSet(new URL(trusted.jwksUrl), { timeoutDuration: 5_000 });
      else throw new Unauthenticated("the issuer has neither key nor jwksUrl");
      keys.set(trusted.issuer, key);
    }
    return key;
  };
  return async (authorization) => {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,8000})$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw new Unauthenticated("no bearer token");
    try {
      const trusted = issuers.find((it) => it.issuer === decodeJwt(token).iss);
      if (!trusted) throw new Unauthenticated("issuer unknown");
      const { payload } = await jwtVerify(token, keyOf(trusted), {
        issuer: trusted.issuer,
        audience: trusted.audience,
        algorithms: [...trusted.algorithms],
        currentDate: clock.now(),
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp", "sub"],
      });
      return principalOf(payload, trusted);
    } catch (error) {
      throw error instanceof Unauthenticated ? error : new Unauthenticated((error as Error).name);
    }
  };
}

function words(claim: unknown): readonly string[] {
  return typeof claim === "string" ? claim.split(" ").filter(Boolean) : [];
}

export function principalOf(claims: JWTPayload, trusted: TrustedIssuer): Principal {
  const { role, org, person, act, aal } = claims as Record<string, unknown>;
  if (typeof role !== "string" || !roles.includes(role as Role)) throw new Unauthenticated("no role");
  const actor = typeof act === "string" ? act : (act as { sub?: unknown } | undefined)?.sub;
  return {
    issuer: trusted.issuer,
    subject: claims.sub!,
    org: typeof org === "string" ? org : undefined,
    role: role as Role,
    person: trusted.namesPersons && typeof person === "string" ? person : undefined,
    act: typeof actor === "string" ? actor : undefined,
    scope: words(claims.scope),
    aal: typeof aal === "number" && Number.isInteger(aal) ? aal : 0,
    purposes: words(claims.purpose),
  };
}
