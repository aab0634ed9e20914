/**
 * Who is signed in: a signed cookie that no script can read and no other site can send, valid for some hours. In
 * demonstration mode the named operators of the configuration sign in without a password; production has no sign-in yet,
 * and therefore no console.
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";

export interface Operator {
  readonly name: string;
  readonly role: "ops" | "trust-admin";
  /** ODS code; a trust's administrator has one. */
  readonly organisation?: string;
}

export interface Session {
  readonly id: string;
  readonly operator: Operator;
  readonly principal: Principal;
}

export interface SessionSettings {
  /** Private key of the sessions: a key of its own, so that a cookie is never a bearer token, nor the other way round. */
  readonly key: JWK;
  readonly clock: Clock;
  readonly operators: readonly Operator[];
}

export interface Sessions {
  /** Value of the header Set-Cookie. */
  start(operator: Operator): Promise<string>;
  read(cookies: string | undefined): Promise<Session | undefined>;
  /** The session is over here as well, not only in the browser. */
  end(session: Session): string;
  /** What a form of this session carries. */
  token(session: Session): string;
  isToken(session: Session, given: string | undefined): boolean;
  /** Before there is a session: a cookie of the visitor, and the token its sign-in form carries. */
  visitor(cookies: string | undefined): { readonly token: string; readonly setCookie: string | undefined };
  isVisitorToken(cookies: string | undefined, given: string | undefined): boolean;
}

const issuer = "lanyard:console";
const audience = "lanyard:console:session";
const algorithm = "EdDSA";
const sessionCookie = "lanyard-console";
const visitorCookie = "lanyard-visitor";
/** A working day. */
const sessionSeconds = 8 * 3600;
const visitorSeconds = 3600;
const attributes = "Path=/console; HttpOnly; SameSite=Strict";

/** What each role signs in for, and at which authentication level (access.md). */
const signedInAs = {
  ops: { aal: 3, purposes: ["SERVICE_OPERATION"] },
  "trust-admin": { aal: 2, purposes: ["SETTINGS"] },
} as const;

function cookieOf(cookies: string | undefined, name: string): string | undefined {
  for (const part of (cookies ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** Two operators are one only with the same name, role and organisation. */
const keyOf = ({ name, role, organisation }: { readonly [part in keyof Operator]?: unknown }) => JSON.stringify([name, role, organisation]);

function principalOf(operator: Operator): Principal {
  return {
    issuer,
    subject: `console:${operator.name}`,
    org: operator.organisation,
    role: operator.role,
    person: undefined,
    act: undefined,
    scope: [],
    ...signedInAs[operator.role],
  };
}

export async function createSessions({ key, clock, operators }: SessionSettings): Promise<Sessions> {
  const { d, ...open } = key;
  if (!d) throw new Error("a session key has a private part");
  const signing = await importJWK(key, algorithm);
  const verifying = await importJWK(open, algorithm);
  /** Ended before their time, with the second in which they would have ended by themselves. */
  const ended = new Map<string, number>();
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const digest = (what: string) => createHmac("sha256", d).update(what).digest("base64url");
  const same = (a: string, b: string | undefined) => {
    if (b === undefined || a.length !== b.length) return false;
    return timingSafeEqual(Buffer.from(a), Buffer.from(b));
  };
  const token = (session: Session) => digest(`form:${session.id}`);
  const visitorToken = (value: string) => digest(`visitor:${value}`);

  return {
    async start(operator) {
      const now = seconds();
      const jwt = await new SignJWT({ role: operator.role, ...(operator.organisation ? { org: operator.organisation } : {}) })
        .setProtectedHeader({ alg: algorithm })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(operator.name)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + sessionSeconds)
        .sign(signing);
      return `${sessionCookie}=${jwt}; ${attributes}; Max-Age=${sessionSeconds}`;
    },
    async read(cookies) {
      const value = cookieOf(cookies, sessionCookie);
      if (!value) return undefined;
      try {
        const { payload } = await jwtVerify(value, verifying, {
          issuer,
          audience,
          algorithms: [algorithm],
          currentDate: clock.now(),
          requiredClaims: ["exp", "sub", "jti"],
        });
        // An operator who has left the configuration, or changed roles there, is signed out at once.
        const is = keyOf({ name: payload.sub, role: payload.role, organisation: payload.org });
        const operator = operators.find((it) => keyOf(it) === is);
        if (!operator || ended.has(payload.jti!)) return undefined;
        return { id: payload.jti!, operator, principal: principalOf(operator) };
      } catch {
        return undefined;
      }
    },
    end(session) {
      const now = seconds();
      for (const [id, until] of ended) if (until < now) ended.delete(id);
      ended.set(session.id, now + sessionSeconds);
      return `${sessionCookie}=; ${attributes}; Max-Age=0`;
    },
    token,
    isToken: (session, given) => same(token(session), given),
    visitor(cookies) {
      const known = cookieOf(cookies, visitorCookie);
      const value = known && /^[0-9a-f-]{36}$/.test(known) ? known : randomUUID();
      const setCookie = value === known ? undefined : `${visitorCookie}=${value}; ${attributes}; Max-Age=${visitorSeconds}`;
      return { token: visitorToken(value), setCookie };
    },
    isVisitorToken(cookies, given) {
      const value = cookieOf(cookies, visitorCookie);
      return value !== undefined && same(visitorToken(value), given);
    },
  };
}
