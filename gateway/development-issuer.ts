/** Tokens for the demonstration. It does not start in production. */
import path from "node:path";
import { importJWK, SignJWT } from "jose";
import type { Role } from "../access/principal";
import { roleTable } from "../access/roles";
import type { Clock } from "../platform/clock";
import { HubError } from "../platform/errors";
import type { Access } from "../schema/registry";
import type { RegisteredLabels, TrustedIssuer } from "./auth";
import { loadOrCreateKey } from "./internal-token";

export const developmentIssuerName = "lanyard:development";
const audience = "lanyard";
const algorithm = "EdDSA";
const everyLabel: readonly Access[] = ["R1", "R2", "R3", "R4", "R5", "R7", "R10", "R11"];
/** The front-end for which a development token of role passport acts; registered in the demonstration only. */
export const developmentClient: RegisteredLabels = { id: "development-passport", labels: everyLabel };

/** At which authentication level each role is usually signed in. */
const levels = {
  self: 2,
  passport: 2,
  hr: 3,
  oh: 3,
  ops: 3,
  learning: 2,
  "trust-admin": 2,
  recruitment: 3,
  "data-quality": 2,
  auditor: 3,
  nhse: 2,
  "information-governance": 3,
  esr: 2,
  "vendor-lms": 2,
  "vendor-oh": 2,
  feed: 2,
} as const satisfies Record<Role, number>;
export type DevelopmentRole = keyof typeof levels;
export const developmentRoles = Object.keys(levels) as readonly DevelopmentRole[];

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

const defaultHours = 12;

export async function createDevelopmentIssuer(settings: {
  readonly folder: string;
  readonly clock: Clock;
  readonly mode?: "demonstration" | "production";
}): Promise<DevelopmentIssuer> {
  const { folder, clock, mode } = settings;
  if (mode === "production")
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      message: "The development issuer gives a token to whoever asks: it does not start in production",
      detail: { pointer: "mode", expected: "demonstration", got: mode },
    });
  const jwk = await loadOrCreateKey(path.join(folder, "development-issuer.json"));
  const { d: _, ...open } = jwk;
  const key = await importJWK(jwk, algorithm);
  return {
    trusted: {
      issuer: developmentIssuerName,
      audience,
      algorithms: [algorithm],
      key: open,
      kind: "development",
      clients: [developmentClient],
    },
    issueToken: ({ as, organisation, staff, hours = defaultHours }) => {
      const now = Math.floor(clock.now().getTime() / 1000);
      const acts = roleTable[as].heldBy === "client" ? { act: developmentClient.id, scope: developmentClient.labels.join(" ") } : {};
      return new SignJWT({
        role: as,
        aal: levels[as],
        purpose: roleTable[as].purposes.join(" "),
        ...acts,
        ...(organisation ? { org: organisation } : {}),
        ...(staff ? { person: staff } : {}),
      })
        .setProtectedHeader({ alg: algorithm })
        .setIssuer(developmentIssuerName)
        .setAudience(audience)
        .setSubject(staff ? `development-${as}-${staff}` : `development-${as}-${organisation ?? "hub"}`)
        .setIssuedAt(now)
        .setExpirationTime(now + hours * 3600)
        .sign(key);
    },
  };
}
