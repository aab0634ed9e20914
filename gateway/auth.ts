/**
 * From a bearer token to a principal. Only configured issuers, only their fixed algorithms, only claims that were signed, and of
 * them only those which this issuer may make: a login says who somebody is, not what they are.
 */
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Principal, Purpose, Role } from "../access/principal";
import { isOneself, isRole, roleTable } from "../access/roles";
import type { Clock } from "../platform/clock";
import type { Access } from "../schema/registry";
import { type FetchKeys, remoteKeySet } from "./key-set";
import { hasUniqueMembers } from "./unique-members";

/** An authentication level that a claim stands for; of several that hold the highest counts. */
export interface Level {
  readonly claim: string;
  readonly value: string;
  readonly aal: number;
}

export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Fixed by configuration: a token never chooses its own. */
  readonly algorithms: readonly string[];
  readonly jwksUrl?: string;
  readonly key?: JWK;
  readonly keys?: JWTVerifyGetKey;
  /** staff, person: a login of somebody. hub, development: tokens of our own, which say in which role somebody comes. */
  readonly kind: "staff" | "person" | "hub" | "development";
  /** Seconds since the token was issued; unlimited for the development issuer. */
  readonly maxAgeSeconds?: number;
  readonly levels?: readonly Level[];
  /** Claims without which a token of this issuer is none, for example how well the person's identity was proved. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Claim with the NHS CRS UUID; staff issuers only. */
  readonly uuidClaim?: string;
  /** Registered clients that its tokens may name; of the hub's and the development issuer. */
  readonly clients?: readonly RegisteredLabels[];
}

/** What somebody is at which organisation: local, since a login does not say it. */
export interface RoleAssignment {
  readonly issuer: string;
  readonly subject?: string;
  readonly uuid?: string;
  readonly role: Role;
  readonly organisation?: string;
}

/** A front-end or system that is registered with the hub. */
export interface RegisteredLabels {
  readonly id: string;
  readonly labels: readonly Access[];
}

/** What the caller asks to come as: it chooses among what was given, and never adds to it. */
export interface Wanted {
  /** `hr ZQA`, `ops`; without it a staff login is there for the person's own record. */
  readonly role?: string | undefined;
  readonly purpose?: string | undefined;
}

/** Headers `lanyard-role` and `lanyard-purpose`. */
export function wantedOf(headers: Readonly<Record<string, string | string[] | undefined>>): Wanted {
  const one = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(" ") : value;
  };
  return { role: one("lanyard-role"), purpose: one("lanyard-purpose") };
}

/** No token, or not one to rely on. The reason is for the log, never for the caller. */
export class Unauthenticated extends Error {}

export type Authenticate = (authorization: string | undefined, wanted?: Wanted) => Promise<Principal>;
/** A verified token of one issuer, and who it makes of its holder. */
export type VerifyLogin = (token: string, trusted: TrustedIssuer, over?: { audience?: string }) => Promise<Principal & { expiresAt: Date }>;

export interface AuthenticatorSettings {
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  readonly roleAssignments?: readonly RoleAssignment[];
  /** Keys that cannot be read: the issuer and why; no token. */
  readonly onKeysUnreadable?: (issuer: string, why: string) => void;
  /** How addresses of keys are read; by default public ones by https only. */
  readonly fetchKeys?: FetchKeys | undefined;
}

const clockToleranceSeconds = 5;
/** Longer ones are nobody's: a token that is looked at costs time before it is believed. */
export const longestToken = 8_000;
const compactJws = /^[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{1,7000}\.[A-Za-z0-9_-]{1,1400}$/;
/** Access tokens, and ID tokens where that is all a login service issues; not its notes about logging out, nor proofs of possession. */
const types: Readonly<Record<TrustedIssuer["kind"], ReadonlySet<string | undefined>>> = {
  staff: new Set([undefined, "JWT", "at+jwt"]),
  person: new Set([undefined, "JWT", "at+jwt"]),
  hub: new Set(["at+jwt"]),
  development: new Set([undefined]),
};

/** As its bytes are written, and in no other way: a token that reads alike and is written otherwise is another one. */
export const isCompactJws = (token: string): boolean =>
  token.length <= longestToken &&
  compactJws.test(token) &&
  token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);

const textOf = (part: string) => Buffer.from(part, "base64url").toString("utf8");

/** Keys by issuer, looked up once and kept. */
export function createLogins(settings: AuthenticatorSettings): VerifyLogin {
  const keys = new Map<string, JWTVerifyGetKey>();
  const keyOf = (trusted: TrustedIssuer): JWTVerifyGetKey => {
    if (trusted.keys) return trusted.keys;
    let key = keys.get(trusted.issuer);
    if (!key) {
      if (trusted.key) {
        const imported = importJWK(trusted.key, trusted.algorithms[0]);
        key = (() => imported) as JWTVerifyGetKey;
      } else if (trusted.jwksUrl) {
        key = remoteKeySet({
          url: trusted.jwksUrl,
          fetch: settings.fetchKeys,
          onFailure: (why) => settings.onKeysUnreadable?.(trusted.issuer, why),
        });
      } else throw new Unauthenticated("the issuer has neither key nor jwksUrl");
      keys.set(trusted.issuer, key);
    }
    return key;
  };
  return async (token, trusted, over = {}) => {
    const audience = over.audience ?? trusted.audience;
    const { payload, protectedHeader } = await jwtVerify(token, keyOf(trusted), {
      issuer: trusted.issuer,
      audience,
      algorithms: [...trusted.algorithms],
      currentDate: settings.clock.now(),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["exp", "sub"],
      ...(trusted.maxAgeSeconds === undefined ? {} : { maxTokenAge: trusted.maxAgeSeconds }),
    });
    const [header, claims] = token.split(".", 2).map((part) => textOf(part)) as [string, string];
    if (!hasUniqueMembers(header) || !hasUniqueMembers(claims)) throw new Unauthenticated("a member is there twice");
    if (!types[trusted.kind].has(protectedHeader.typ)) throw new Unauthenticated("another type of token");
    // One audience, to the letter: a token that is for others too can be shown to the hub by any of them.
    if (typeof payload.aud !== "string" && payload.aud?.length !== 1) throw new Unauthenticated("several audiences");
    if (typeof payload.sub !== "string" || payload.sub === "" || payload.sub.length > 255) throw new Unauthenticated("no subject");
    for (const [claim, value] of Object.entries(trusted.requires ?? {}))
      if (payload[claim] !== value) throw new Unauthenticated(`${claim} is not as required`);
    const principal =
      trusted.kind === "hub" || trusted.kind === "development" ? ownPrincipal(payload, trusted) : loginPrincipal(payload, trusted);
    return { ...principal, expiresAt: new Date(payload.exp! * 1000) };
  };
}

export function createAuthenticator(settings: AuthenticatorSettings): Authenticate {
  const verify = createLogins(settings);
  return async (authorization, wanted = {}) => {
    const token = /^Bearer ([^\s]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined || !isCompactJws(token)) throw new Unauthenticated("no bearer token");
    try {
      const trusted = trustedOf(token, settings.issuers);
      const { expiresAt: _, ...principal } = await verify(token, trusted);
      return chosen(principal, wanted, settings.roleAssignments ?? []);
    } catch (error) {
      throw error instanceof Unauthenticated ? error : new Unauthenticated((error as Error).name);
    }
  };
}

export function trustedOf(token: string, issuers: readonly TrustedIssuer[]): TrustedIssuer {
  const { iss } = decodeJwt(token);
  const { alg } = decodeProtectedHeader(token);
  const trusted = issuers.find((it) => it.issuer === iss);
  if (!trusted) throw new Unauthenticated("issuer unknown");
  // Before a key is looked for: what the issuer never signs with makes nobody ask it for keys.
  if (!trusted.algorithms.includes(String(alg))) throw new Unauthenticated("another algorithm");
  return trusted;
}

function words(claim: unknown): readonly string[] {
  return typeof claim === "string" ? claim.split(" ").filter(Boolean) : [];
}

/** A login: the person, and how surely. What it says about roles, persons and clients is not its to say. */
function loginPrincipal(claims: JWTPayload, trusted: TrustedIssuer): Principal {
  if (claims.act !== undefined) throw new Unauthenticated("somebody else acts with this login");
  const levels = (trusted.levels ?? []).filter(({ claim, value }) => String(claims[claim]) === value).map(({ aal }) => aal);
  const uuid = trusted.kind === "staff" && trusted.uuidClaim !== undefined ? claims[trusted.uuidClaim] : undefined;
  return {
    issuer: trusted.issuer,
    subject: claims.sub!,
    org: undefined,
    role: "self",
    person: undefined,
    ...(typeof uuid === "string" ? { crsUuid: uuid } : {}),
    login: trusted.kind as "staff" | "person",
    act: undefined,
    scope: [],
    aal: Math.max(0, ...levels),
    purposes: roleTable.self.purposes,
  };
}

/** Of the hub's own tokens: what it has written itself. */
function ownPrincipal(claims: JWTPayload, trusted: TrustedIssuer): Principal {
  const { role, org, person, act, aal, idp, idp_kind, crs_uuid } = claims as Record<string, unknown>;
  if (typeof role !== "string" || !isRole(role)) throw new Unauthenticated("no role");
  const acting = typeof act === "string" ? act : (act as { sub?: unknown } | undefined)?.sub;
  if (act !== undefined && (typeof acting !== "string" || acting === "")) throw new Unauthenticated("nobody acts");
  // As registered today, not when the token was issued: a client that was taken out of the register is none at once.
  const client = trusted.clients?.find(({ id }) => id === (trusted.kind === "hub" ? (acting ?? claims.client_id) : acting));
  if (trusted.kind === "hub" && !client) throw new Unauthenticated("the client is not registered");
  return {
    issuer: trusted.kind === "hub" && typeof idp === "string" ? idp : trusted.issuer,
    subject: claims.sub!,
    org: typeof org === "string" ? org : undefined,
    role,
    person: trusted.kind === "development" && typeof person === "string" ? person : undefined,
    ...(trusted.kind === "hub" && (idp_kind === "staff" || idp_kind === "person") ? { login: idp_kind } : {}),
    ...(trusted.kind === "hub" && typeof crs_uuid === "string" ? { crsUuid: crs_uuid } : {}),
    act: typeof acting === "string" ? acting : undefined,
    scope: words(claims.scope),
    ...(client ? { registered: client.labels } : {}),
    aal: typeof aal === "number" && Number.isInteger(aal) ? aal : 0,
    purposes: words(claims.purpose),
  };
}

/** The assigned role that was asked for, and no more purposes than were asked for. */
function chosen(principal: Principal, wanted: Wanted, assignments: readonly RoleAssignment[]): Principal {
  const inRole = isOneself(wanted.role) ? principal : assigned(principal, wanted.role!, assignments);
  if (wanted.purpose === undefined) return inRole;
  const asked = words(wanted.purpose);
  return { ...inRole, purposes: inRole.purposes.filter((one) => asked.includes(one)) };
}

function assigned(principal: Principal, wanted: string, assignments: readonly RoleAssignment[]): Principal {
  const found =
    principal.login === "staff"
      ? assignments.find(
          (it) =>
            it.issuer === principal.issuer &&
            wanted === [it.role, ...(it.organisation ? [it.organisation] : [])].join(" ") &&
            (it.subject !== undefined ? it.subject === principal.subject : it.uuid !== undefined && it.uuid === principal.crsUuid),
        )
      : undefined;
  if (!found) throw new Unauthenticated("no such role was assigned");
  const purposes: readonly Purpose[] = roleTable[found.role].purposes;
  return { ...principal, role: found.role, org: found.organisation, purposes };
}
