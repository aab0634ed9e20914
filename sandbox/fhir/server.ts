/**
 * A FHIR R4 server of an occupational health system: search with `_lastUpdated`, `_sort`, `_count` (silently capped), an
 * opaque cursor in the `next` link, `_include`, chained patient identifiers, reads with 404 and 410. Manners as seen of a
 * real server: no `total`, no `entry` when there is nothing, OperationOutcome errors, HTTP 400 for a wrong secret.
 */
import type { Clock } from "../../platform/clock";
import { startVendorServer, tokenDesk, type VendorAnswer, type VendorControl, type VendorRequest } from "../kit/vendor-server";

export interface FhirResource {
  resourceType: string;
  id: string;
  meta?: { lastUpdated?: string; [key: string]: unknown };
  [key: string]: unknown;
}
export interface FhirServer {
  /** Base URL for the connection's settings. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly control: VendorControl & {
    /** Creates or changes a resource; `meta.lastUpdated` becomes now. */
    put(resource: FhirResource): void;
    /** Deletes a resource: read gives 410, search never mentions it again. */
    remove(resourceType: string, id: string): void;
    revokeTokens(): void;
    /** Searches find nothing, with every sign of success: an account that has lost its rights, a failed migration. */
    showNothing(on: boolean): void;
    /** Every cursor given out so far becomes unknown, as after an upgrade of the server. */
    forgetCursors(): void;
  };
  close(): Promise<void>;
}

const tokenSeconds = 3600;
const defaultCount = 20;
const plainParameters = new Set([
  "_lastUpdated",
  "_sort",
  "_count",
  "_cursor",
  "_include",
  "_id",
  "status",
  "code",
  "vaccine-code",
  "identifier",
  "patient",
  "patient.identifier",
]);

function outcome(status: number, code: string, text: string): VendorAnswer {
  return { status, body: { resourceType: "OperationOutcome", issue: [{ severity: "error", code, details: { text } }] } };
}

const updated = (resource: FhirResource): string => resource.meta?.lastUpdated ?? "1970-01-01T00:00:00.000Z";

/** FHIR token search: `system|code`, `code`, several separated by commas. */
function tokenMatches(wanted: string, candidates: readonly { system?: string; code?: string; value?: string }[]): boolean {
  return wanted.split(",").some((token) => {
    const [system, code] = token.includes("|") ? (token.split("|", 2) as [string, string]) : [undefined, token];
    return candidates.some(
      (candidate) => (system === undefined || candidate.system === system) && (candidate.code ?? candidate.value) === code,
    );
  });
}

function codings(value: unknown): { system?: string; code?: string }[] {
  return ((value as { coding?: { system?: string; code?: string }[] } | undefined)?.coding ?? []) as { system?: string; code?: string }[];
}

export async function startFhir(input: {
  port?: number;
  patients: FhirResource[];
  immunizations: FhirResource[];
  observations: FhirResource[];
  /** Without a client the server is open. */
  clientId?: string;
  clientSecret?: string;
  /** Largest page, whatever `_count` asks for. */
  countCap?: number;
  clock: Clock;
}): Promise<FhirServer> {
  const tokens = tokenDesk(input.clock, tokenSeconds);
  const store: Record<string, FhirResource[]> = {
    Patient: input.patients,
    Immunization: input.immunizations,
    Observation: input.observations,
  };
  const gone = new Set<string>();
  let cursorAge = 0;
  let blank = false;

  const patientOf = (resource: FhirResource): FhirResource | undefined => {
    const reference = ((resource.patient ?? resource.subject) as { reference?: string } | undefined)?.reference;
    return reference?.startsWith("Patient/") ? input.patients.find((patient) => `Patient/${patient.id}` === reference) : undefined;
  };

  const dateMatches = (wanted: string, resource: FhirResource): boolean | undefined => {
    const parts = /^(eq|ge|gt|le|lt)?(\d{4}-\d{2}-\d{2}(?:T\S+)?)$/.exec(wanted);
    const bound = parts ? Date.parse(parts[2] as string) : Number.NaN;
    if (!parts || Number.isNaN(bound)) return undefined;
    const at = Date.parse(updated(resource));
    if (parts[1] === "ge") return at >= bound;
    if (parts[1] === "gt") return at > bound;
    if (parts[1] === "le") return at <= bound;
    if (parts[1] === "lt") return at < bound;
    return at === bound;
  };

  const matches = (resource: FhirResource, query: URLSearchParams): boolean =>
    query.getAll("_lastUpdated").every((wanted) => dateMatches(wanted, resource) === true) &&
    query.getAll("_id").every((wanted) => wanted.split(",").includes(resource.id)) &&
    query.getAll("status").every((wanted) => wanted.split(",").includes(String(resource.status))) &&
    query.getAll("code").every((wanted) => tokenMatches(wanted, codings(resource.code))) &&
    query.getAll("vaccine-code").every((wanted) => tokenMatches(wanted, codings(resource.vaccineCode))) &&
    query
      .getAll("identifier")
      .every((wanted) => tokenMatches(wanted, (resource.identifier ?? []) as { system?: string; value?: string }[])) &&
    query.getAll("patient").every((wanted) => {
      const patient = patientOf(resource);
      return patient !== undefined && (wanted === patient.id || wanted === `Patient/${patient.id}`);
    }) &&
    query.getAll("patient.identifier").every((wanted) => {
      const patient = patientOf(resource);
      return patient !== undefined && tokenMatches(wanted, (patient.identifier ?? []) as { system?: string; value?: string }[]);
    });

  const search = (resourceType: string, url: URL, origin: string): VendorAnswer => {
    const query = url.searchParams;
    for (const name of query.keys()) if (!plainParameters.has(name)) return outcome(400, "invalid", `Unknown search parameter: ${name}`);
    if (query.getAll("_lastUpdated").some((wanted) => !/^(eq|ge|gt|le|lt)?\d{4}-\d{2}-\d{2}/.test(wanted))) {
      return outcome(400, "invalid", "Invalid format for date search parameter");
    }
    const asked = query.has("_count") ? Number(query.get("_count")) : defaultCount;
    const count = Math.min(Number.isInteger(asked) && asked > 0 ? asked : defaultCount, input.countCap ?? 1000);
    const byTime = query.get("_sort") === "_lastUpdated";
    const keyOf = (resource: FhirResource): string =>
      byTime ? `${new Date(updated(resource)).toISOString()}|${resource.id}` : resource.id;
    let found = blank ? [] : (store[resourceType] as FhirResource[]).filter((resource) => matches(resource, query));
    found = [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));

    const cursor = query.get("_cursor");
    if (cursor !== null) {
      const [age, after] = Buffer.from(cursor, "base64url").toString("utf8").split("~", 2);
      if (age !== String(cursorAge) || after === undefined) return outcome(400, "invalid", "Unknown cursor");
      found = found.filter((resource) => keyOf(resource) > after);
    }
    const page = found.slice(0, count);
    const base = `${origin}/fhir/R4`;
    const entry: unknown[] = page.map((resource) => ({
      fullUrl: `${base}/${resourceType}/${resource.id}`,
      search: { mode: "match" },
      resource,
    }));
    if (query.getAll("_include").some((include) => /^(Immunization|Observation):(patient|subject)$/.test(include))) {
      const included = new Map(
        page
          .map((resource) => patientOf(resource))
          .filter((patient) => patient !== undefined)
          .map((patient) => [patient.id, patient]),
      );
      for (const patient of included.values())
        entry.push({ fullUrl: `${base}/Patient/${patient.id}`, search: { mode: "include" }, resource: patient });
    }
    const link = [{ relation: "self", url: `${origin}${url.pathname}${url.search}` }];
    const last = page.at(-1);
    if (last && found.length > page.length) {
      const next = new URL(url);
      next.searchParams.set("_cursor", Buffer.from(`${cursorAge}~${keyOf(last)}`, "utf8").toString("base64url"));
      link.push({ relation: "next", url: next.toString() });
    }
    return { status: 200, body: { resourceType: "Bundle", type: "searchset", ...(entry.length > 0 ? { entry } : {}), link } };
  };

  const answer = async (request: VendorRequest, origin: string): Promise<VendorAnswer> => {
    const path = request.url.pathname;
    if (path === "/oauth2/token") {
      const form = new URLSearchParams(await request.body());
      const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
      const [id, secret] = basic
        ? (Buffer.from(basic, "base64").toString("utf8").split(":", 2).map(decodeURIComponent) as [string, string])
        : [form.get("client_id"), form.get("client_secret")];
      const good =
        request.method === "POST" &&
        form.get("grant_type") === "client_credentials" &&
        id === input.clientId &&
        secret === input.clientSecret;
      if (!good) return { status: 400, body: { error: "invalid_request", error_description: "Invalid secret" } };
      return { status: 200, contentType: "application/json", body: tokens.issue() };
    }
    if (input.clientId !== undefined && !tokens.accepts(request.headers.authorization)) return outcome(401, "login", "Unauthorized");
    const parts = /^\/fhir\/R4\/([A-Za-z]+)(?:\/([A-Za-z0-9.-]{1,64}))?$/.exec(path);
    if (!parts || request.method !== "GET") return outcome(404, "not-found", "Not found");
    const resources = Object.hasOwn(store, parts[1] as string) ? store[parts[1] as string] : undefined;
    if (!resources) return outcome(400, "structure", "Unknown resource type");
    if (parts[2] === undefined) return search(parts[1] as string, request.url, origin);
    if (gone.has(`${parts[1]}/${parts[2]}`)) return outcome(410, "deleted", "Gone");
    const resource = resources.find((candidate) => candidate.id === parts[2]);
    return resource ? { status: 200, body: resource } : outcome(404, "not-found", "Not found");
  };

  const server = await startVendorServer({
    port: input.port,
    clock: input.clock,
    contentType: "application/fhir+json; charset=utf-8",
    unauthorised: outcome(401, "login", "Unauthorized"),
    unfailing: (url) => url.pathname === "/oauth2/token",
    answer,
  });
  return {
    url: `${server.origin}/fhir/R4`,
    tokenUrl: `${server.origin}/oauth2/token`,
    control: {
      ...server.control,
      put(resource) {
        const resources = store[resource.resourceType] as FhirResource[];
        const at = resources.findIndex((candidate) => candidate.id === resource.id);
        const current = { ...resource, meta: { ...resource.meta, lastUpdated: input.clock.now().toISOString() } };
        if (at < 0) resources.push(current);
        else resources[at] = current;
        gone.delete(`${resource.resourceType}/${resource.id}`);
      },
      remove(resourceType, id) {
        const resources = store[resourceType] as FhirResource[];
        const at = resources.findIndex((candidate) => candidate.id === id);
        if (at >= 0) resources.splice(at, 1);
        gone.add(`${resourceType}/${id}`);
      },
      revokeTokens: tokens.revokeAll,
      showNothing(on) {
        blank = on;
      },
      forgetCursors: () => {
        cursorAge += 1;
      },
    },
    close: server.close,
  };
}
