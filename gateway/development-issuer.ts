/** Tokens for the demonstration. Never in production: the command refuses to start it there. */
import path from "node:path";
import { importJWK, SignJWT } from "jose";
import type { Role } from "../access/principal";
import type { Clock } from "../platform/clock";
import type { TrustedIssuer } from "./auth";
import { loadOrCreateKey } from "./internal-token";

const issuer = "lanyard:development";
const audience = "lanyard";
const algorithm = "EdDSA";

export type DevelopmentRole = "self" | "hr" | "oh" | "ops" | "passport" | "learning" | "trust-admin";
export const developmentRoles: readonly DevelopmentRole[] = ["self", "hr", "oh", "ops", "passport", "learning", "trust-admin"];

export interface TokenRequest {
  readonly as: DevelopmentRole;
  readonly organisation?: string;
  /** Staff member id. */
  readonly staff?: string;
  readonly hours?: number;
}

export interface DevelopmentIssuer {
  readonly trusted: TrustedIssuer;
  issueToken(request: TokenRequest): Promise<string>;
}

/** What each role is usually signed in for, and at which authentication level. */
const claimsOf: Readonly<Record<DevelopmentRole, { role: Role; aal: number; purpose: string }>> = {
  self: { role: "self", aal: 2, purpose: "SELF_VIEW" },
  passport: { role: "passport", aal: 2, purpose: "SELF_VIEW" },
  hr: { role: "hr", aal: 3, purpose: "EMPLOYMENT PRE_EMPLOYMENT PLACEMENT TRAINING_COMPLIANCE" },
  oh: { role: "oh", aal: 3, purpose: "OH_CARE" },
  ops: { role: "ops", aal: 3, purpose: "SERVICE_OPERATION" },
  learning: { role: "learning", aal: 2, purpose: "TRAINING_COMPLIANCE" },
  "trust-admin": { role: "trust-admin", aal: 2, purpose: "SETTINGS" },
};
const defaultHours = 12;

export async function createDevelopmentIssuer({ folder, clock }: { folder: string; clock: Clock }): Promise<DevelopmentIssuer> {
  const jwk = await loadOrCreateKey(path.join(folder, "development-issuer.json"));
  const { d: _, ...open } = jwk;
  const key = await importJWK(jwk, algorithm);
  return {
    trusted: { issuer, audience, algorithms: [algorithm], key: open, namesPersons: true },
    issueToken: ({ as, organisation, staff, hours = defaultHours }) => {
      const now = Math.floor(clock.now().getTime() / 1000);
      const passport = as === "passport" ? { act: "development-passport", scope: "R1 R2 R3 R4 R5 R7" } : {};
      return new SignJWT({
        ...claimsOf[as],
        ...passport,
        ...(organisation ? { org: organisation } : {}),
        ...(staff ? { person: staff } : {}),
      })
        .setProtectedHeader({ alg: algorithm })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(staff ? `development-${as}-${staff}` : `development-${as}-${organisation ?? "hub"}`)
        .setIssuedAt(now)
        .setExpirationTime(now + hours * 3600)
        .sign(key);
    },
  };
}
