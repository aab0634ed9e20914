/**
 * A workforce system that speaks the passport contract: search, personal details, records, `_status`, OperationOutcome
 * errors, OAuth 2 `private_key_jwt` with assertions that are really verified. The data is live: change the object that was
 * passed in and the next answer shows it.
 */
import { importSPKI, jwtVerify } from "jose";
import type { Clock } from "../../platform/clock";
import { startVendorServer, tokenDesk, type VendorAnswer, type VendorControl, type VendorRequest } from "../kit/vendor-server";
import { withoutAccents } from "../population/names";

export interface WorkforceEmployee {
  id: string;
  firstName: string;
  surname: string;
  birthDate: string;
  email?: string;
  esrIdentifier?: string;
  furtherInformation?: string;
}
export interface WorkforceOrganisation {
  employees: WorkforceEmployee[];
  /** By employee id. */
  records: Record<string, unknown[]>;
}
export interface WorkforceApi {
  /** Base URL for the connection's settings. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly control: VendorControl & {
    /** Every token issued so far stops working, as after a key change at the vendor. */
    revokeTokens(): void;
    /** What `_status` says. */
    status(value: "pass" | "warn" | "fail"): void;
  };
  close(): Promise<void>;
}

/** The contract: "If there are more than 50 matches, the operation only returns the first 50." */
const searchLimit = 50;
/** NHS practice for application-restricted interfaces: an assertion lives for five minutes at most. */
const assertionSeconds = 300;
const tokenSeconds = 600;

/** The contract asks for case-insensitive; databases in use also find Zieliński for Zielinski. */
function folded(text: string): string {
  return withoutAccents(text).toLowerCase();
}

function outcome(status: number, code: string, text: string): VendorAnswer {
  return { status, body: { resourceType: "OperationOutcome", issue: [{ severity: "error", code, details: { text } }] } };
}

export async function startWorkforceApi(input: {
  port?: number;
  organisations: Record<string, WorkforceOrganisation>;
  clientId: string;
  publicKeyPem: string;
  keyId: string;
  algorithm?: string;
  clock: Clock;
}): Promise<WorkforceApi> {
  const algorithm = input.algorithm ?? "RS512";
  const key = await importSPKI(input.publicKeyPem, algorithm);
  const tokens = tokenDesk(input.clock, tokenSeconds);
  const usedIds = new Set<string>();
  let health: "pass" | "warn" | "fail" = "pass";

  const issueToken = async (request: VendorRequest, origin: string): Promise<VendorAnswer> => {
    const refuse = (error: string): VendorAnswer => ({ status: 400, body: { error } });
    const form = new URLSearchParams(await request.body());
    if (request.method !== "POST") return refuse("invalid_request");
    if (form.get("grant_type") !== "client_credentials") return refuse("unsupported_grant_type");
    if (form.get("client_assertion_type") !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") return refuse("invalid_request");
    try {
      const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion") ?? "", key, {
        algorithms: [algorithm],
        issuer: input.clientId,
        subject: input.clientId,
        // Character for character: the commonest fault when a client is set up.
        audience: `${origin}/oauth2/token`,
        currentDate: input.clock.now(),
        requiredClaims: ["exp", "jti"],
      });
      const nowSeconds = input.clock.now().getTime() / 1000;
      const jti = payload.jti as string;
      // One second of grace: the client rounds to whole seconds.
      if (protectedHeader.kid !== input.keyId || usedIds.has(jti) || (payload.exp as number) - nowSeconds > assertionSeconds + 1) {
        return refuse("invalid_client");
      }
      usedIds.add(jti);
    } catch {
      return refuse("invalid_client");
    }
    return { status: 200, body: tokens.issue() };
  };

  const search = (organisation: WorkforceOrganisation, url: URL): VendorAnswer => {
    const allowed = ["firstName", "surname", "birthDate"] as const;
    const given = allowed.filter((name) => (url.searchParams.get(name) ?? "") !== "");
    if (given.length === 0) return outcome(400, "invalid", "At least one search parameter must be given.");
    const birthDate = url.searchParams.get("birthDate");
    if (birthDate && !/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) {
      return outcome(400, "invalid", "Invalid format for birthDate query parameter - must be yyyy-mm-dd.");
    }
    const hits = organisation.employees.filter((employee) =>
      given.every((name) => folded(employee[name]) === folded(url.searchParams.get(name) as string)),
    );
    return { status: 200, body: hits.slice(0, searchLimit) };
  };

  const answer = async (request: VendorRequest, origin: string): Promise<VendorAnswer> => {
    const path = request.url.pathname;
    if (path === "/oauth2/token") return issueToken(request, origin);
    const parts = /^\/dsp-api\/organisations\/([^/]+)\/(_status|employees)(?:\/([^/]+))?(?:\/(records))?$/.exec(path);
    if (!parts) return outcome(404, "not-found", "No such operation.");
    const organisation = Object.hasOwn(input.organisations, parts[1] as string) ? input.organisations[parts[1] as string] : undefined;
    if (parts[2] === "_status")
      return { status: health === "fail" ? 503 : 200, contentType: "application/health+json", body: { status: health } };
    if (!tokens.accepts(request.headers.authorization))
      return outcome(401, "invalid-credentials", "Bearer token missing, invalid or expired.");
    if (request.method !== "GET") return outcome(400, "invalid", "Only reading is simulated.");
    if (!organisation) return outcome(404, "not-found", "Organisation not found for the given ID.");
    if (parts[3] === undefined) return search(organisation, request.url);
    const id = decodeURIComponent(parts[3]);
    const employee = organisation.employees.find((candidate) => candidate.id === id);
    if (!employee) return outcome(404, "not-found", "Employee not found for the given ID.");
    if (parts[4] === undefined) return { status: 200, body: employee };
    return { status: 200, body: { id, records: organisation.records[id] ?? [] } };
  };

  const server = await startVendorServer({
    port: input.port,
    clock: input.clock,
    contentType: "application/json; charset=utf-8",
    unauthorised: outcome(401, "invalid-credentials", "Bearer token missing, invalid or expired."),
    unfailing: (url) => url.pathname === "/oauth2/token",
    answer,
  });
  return {
    url: `${server.origin}/dsp-api`,
    tokenUrl: `${server.origin}/oauth2/token`,
    control: {
      ...server.control,
      revokeTokens: tokens.revokeAll,
      status: (value) => {
        health = value;
      },
    },
    close: server.close,
  };
}
