/**
 * Reading a FHIR server: what changed since the last pass (with a look-back), and from time to time everything, because
 * a search never mentions what was deleted. Links are followed as given; nothing is assumed of `_count`, `total` or cursors.
 */
import { HubError, isHubError } from "../../platform/errors";
import type { HttpAnswer, HttpRequest, Page, ReadMode, RecordKind, Scope, SourceSystem } from "../connector";
import { readInstant } from "../kit/dates";
import { clientCredentials } from "../kit/oauth";
import { outcomeCaller } from "../kit/outcome";
import type { FhirCheckpoint, FhirSettings, ResourceName } from "./settings";
import { type Bundle, bundle } from "./vendor";

type Call = (request: HttpRequest) => Promise<HttpAnswer>;
type Resource = { readonly resourceType: string; readonly [key: string]: unknown };
type Pass = NonNullable<FhirCheckpoint["pass"]>;

/** What a sweep of one resource type completes. */
const kindsOf: Record<ResourceName, readonly RecordKind[]> = {
  Immunization: ["immunisation"],
  Observation: ["clinical-test"],
};
const dataSets: Record<ResourceName, string> = { Immunization: "immunisations", Observation: "clinical tests" };

/** At most so many patients are remembered within one run: a later page often names the same people. */
const rememberedPatients = 5000;
const patientsAtOnce = 4;

const slashless = (url: string): string => url.replace(/\/+$/, "");

/** ISO 8601 durations of days, hours and minutes, in milliseconds. */
function durationMs(text: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text) ?? [];
  const [days, hours, minutes] = [parts[1], parts[2], parts[3]].map((part) => Number(part ?? 0)) as [number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * 60_000;
}

function firstUrl(settings: FhirSettings, resource: ResourceName, since: string | undefined): string {
  const url = new URL(`${slashless(settings.baseUrl)}/${resource}`);
  if (since !== undefined) url.searchParams.set("_lastUpdated", `ge${since}`);
  url.searchParams.set("_sort", "_lastUpdated");
  url.searchParams.set("_count", String(settings.pageSize));
  if (resource === "Observation" && settings.observationCodes.length > 0) url.searchParams.set("code", settings.observationCodes.join(","));
  if (settings.patientLookup === "include") url.searchParams.set("_include", `${resource}:patient`);
  return url.toString();
}

function readBundle(answer: HttpAnswer, operation: string): Bundle {
  const body = answer.json();
  const parsed = bundle.safeParse(body);
  if (parsed.success) return parsed.data;
  const got = (body as { resourceType?: unknown } | null)?.resourceType;
  throw new HubError({
    code: "UNEXPECTED_ANSWER",
    class: got === "OperationOutcome" ? "malformed-page" : "schema",
    detail: {
      operation,
      pointer: `/${parsed.error.issues[0]?.path.join("/") ?? ""}`,
      expected: "a search Bundle",
      got: typeof got === "string" && /^[A-Za-z]{1,40}$/.test(got) ? got : "something else",
    },
  });
}

/** A server that could not give everything says so in an entry; what it gave is used, but the sweep proves nothing. */
function saysIncomplete(resource: Resource): boolean {
  const issues = resource.issue;
  return (
    Array.isArray(issues) && issues.some((issue) => ["error", "fatal"].includes(String((issue as { severity?: unknown } | null)?.severity)))
  );
}

/** The reference as `Patient/<id>` when it is one on this server. */
function localPatient(reference: unknown, baseUrl: string): string | undefined {
  if (typeof reference !== "string") return undefined;
  const base = `${slashless(baseUrl)}/`;
  const relative = reference.startsWith(base) ? reference.slice(base.length) : reference;
  return /^Patient\/[A-Za-z0-9.-]{1,64}(?=$|\/_history\/)/.exec(relative)?.[0];
}

const referenceOf = (resource: Resource): unknown =>
  ((resource.patient ?? resource.subject) as { reference?: unknown } | undefined)?.reference;

/** Of a person's identifiers only the staff number's system goes any further. */
function staffIdentifiersOnly(person: unknown, system: string): unknown {
  if (typeof person !== "object" || person === null) return person;
  const { identifier, ...rest } = person as { identifier?: unknown };
  const kept = (Array.isArray(identifier) ? identifier : identifier ? [identifier] : []).filter(
    (one) => (one as { system?: unknown } | null)?.system === system,
  );
  if (kept.length === 0) return rest;
  return { ...rest, identifier: Array.isArray(identifier) ? kept : kept[0] };
}

function atTheDoor(resource: Resource, patient: Resource | undefined, system: string): unknown {
  // Not a resource at all: `raw` refuses it by its place.
  if (typeof resource !== "object") return resource;
  const contained = resource.contained;
  return {
    ...resource,
    ...(resource.patient === undefined ? {} : { patient: staffIdentifiersOnly(resource.patient, system) }),
    ...(resource.subject === undefined ? {} : { subject: staffIdentifiersOnly(resource.subject, system) }),
    ...(Array.isArray(contained) ? { contained: contained.map((one) => staffIdentifiersOnly(one, system)) } : {}),
    ...(patient ? { resolvedPatient: staffIdentifiersOnly(patient, system) } : {}),
  };
}

/** Patients of one page: those the server included, or read one by one. */
function patientFinder(
  settings: FhirSettings,
  call: Call,
): (references: readonly unknown[], included: ReadonlyMap<string, Resource>) => Promise<(reference: unknown) => Resource | undefined> {
  const remembered = new Map<string, Resource | undefined>();
  const read = async (key: string): Promise<void> => {
    const answer = await call({
      url: `${slashless(settings.baseUrl)}/${key}`,
      expect: "json",
      headers: { Accept: "application/fhir+json" },
      operation: "GET Patient",
      // Gone or never there: the record then names nobody, which is said of the record.
      accept: [404, 410],
    });
    if (remembered.size >= rememberedPatients) remembered.delete(remembered.keys().next().value as string);
    remembered.set(key, answer.status < 400 ? (answer.json() as Resource) : undefined);
  };
  return async (references, included) => {
    const found = new Map<string, Resource | undefined>();
    if (settings.patientLookup === "read") {
      const keys = [
        ...new Set(references.map((reference) => localPatient(reference, settings.baseUrl)).filter((key) => key !== undefined)),
      ];
      const missing = keys.filter((key) => !remembered.has(key) && !included.has(key));
      for (let at = 0; at < missing.length; at += patientsAtOnce) await Promise.all(missing.slice(at, at + patientsAtOnce).map(read));
      for (const key of keys) found.set(key, remembered.get(key));
    }
    return (reference) => {
      const key = localPatient(reference, settings.baseUrl) ?? (typeof reference === "string" ? reference : "");
      return included.get(key) ?? found.get(key);
    };
  };
}

/** What one page was, so that a server that gives the same one again and again is told from one that moves on. */
const printOf = (records: readonly Resource[]): string =>
  records
    .map((one) => `${String(one?.id)}@${String((one?.meta as { versionId?: unknown } | undefined)?.versionId ?? lastUpdatedOf(one))}`)
    .join(" ");
const mostTimesTheSame = 2;

const lastUpdatedOf = (one: Resource): string | undefined => {
  const at = (one?.meta as { lastUpdated?: unknown } | undefined)?.lastUpdated;
  // A server that leaves out the zone is taken by London, as the earlier instant: rather read twice than not at all.
  return typeof at === "string" ? readInstant(at, "Europe/London", "from")?.at : undefined;
};

/** A date so far ahead is a slip of the keyboard or a broken clock: as a cursor it would hide all that comes until then. */
const believableMs = 86_400_000;
/** Clocks differ by that much without anybody being told. */
const toleratedMs = 5 * 60_000;

/**
 * The latest instant that the vendor's own values name: the cursor comes from them and never from a clock of ours, which may
 * be an hour off. Ours, and the vendor's Date header, only say which values cannot be.
 */
function latestOf(records: readonly Resource[], before: string | undefined, now: string): string | undefined {
  let latest = before;
  for (const one of records) {
    const at = lastUpdatedOf(one);
    if (at === undefined) continue;
    if (Date.parse(at) - Date.parse(now) <= believableMs && (latest === undefined || at > latest)) latest = at;
  }
  return latest;
}

/** Rows from well before what was asked for: the server has not understood `_lastUpdated`. */
const ignoresFilter = (records: readonly Resource[], from: string | undefined): boolean =>
  from !== undefined &&
  records.some((one) => {
    const at = lastUpdatedOf(one);
    return at !== undefined && Date.parse(at) < Date.parse(from) - toleratedMs;
  });

/** A link that was kept and leads to where nothing may be asked: the server, or the way to it, has changed since. */
function leadsNowhere(error: unknown): undefined {
  if (isHubError(error) && error.code === "FOREIGN_HOST") return undefined;
  throw error;
}

export async function* fhirPages(
  source: SourceSystem<FhirSettings>,
  since: FhirCheckpoint | undefined,
  mode: ReadMode = "increment",
): AsyncIterable<Page<FhirCheckpoint>> {
  const { settings } = source;
  const auth = settings.auth;
  const token =
    auth.kind === "none"
      ? undefined
      : clientCredentials({
          http: source.http,
          tokenUrl: auth.tokenUrl,
          clientId: auth.clientId,
          clientSecret: await source.secret(auth.clientSecret),
          scope: auth.scope,
        });
  const call = outcomeCaller(source.http, token);
  const findPatients = patientFinder(settings, call);

  let read: FhirCheckpoint["read"] = since?.read ?? {};
  const full = mode === "full";
  let fullyRead: readonly ResourceName[] = full ? (since?.full ?? []) : [];
  const usable = since?.pass && settings.resources.includes(since.pass.resource) && (!full || since.pass.sweep);
  const interrupted = usable ? since.pass : undefined;
  const first = interrupted
    ? [interrupted.resource, ...settings.resources.filter((one) => one !== interrupted.resource)]
    : settings.resources;
  const order = first.filter((one) => !fullyRead.includes(one));

  for (const resource of order) {
    const state = read[resource];
    const operation = `search ${resource}`;
    const sweepDue =
      full || state?.sweptAt === undefined || Date.parse(source.now()) - Date.parse(state.sweptAt) >= settings.sweepEveryDays * 86_400_000;
    let pass: Pass | undefined = interrupted?.resource === resource ? interrupted : undefined;
    const sweep = pass?.sweep ?? (sweepDue || state?.lastUpdated === undefined);
    const from =
      sweep || state?.lastUpdated === undefined
        ? undefined
        : new Date(Date.parse(state.lastUpdated) - durationMs(settings.overlap)).toISOString();
    const followed = new Set<string>();
    let url = pass?.next ?? firstUrl(settings, resource, from);
    let print = "";
    let same = 0;
    let told = false;

    for (;;) {
      followed.add(url);
      const resuming = pass?.next === url && followed.size === 1;
      const asked = call({
        url,
        expect: "json",
        headers: { Accept: "application/fhir+json" },
        operation,
        // A cursor that the server no longer knows: the pass starts again, nothing is lost.
        accept: resuming ? [400, 404, 410] : [],
      });
      const answer = await (resuming ? asked.catch(leadsNowhere) : asked);
      if (answer === undefined || answer.status >= 400) {
        pass = undefined;
        url = firstUrl(settings, resource, from);
        continue;
      }
      const page = readBundle(answer, operation);
      const now = answer.vendorDate ?? source.now();
      const startedAt: string = pass?.startedAt ?? now;
      const included = new Map<string, Resource>();
      const matched: Resource[] = [];
      let incomplete = pass?.incomplete ?? false;
      for (const entry of page.entry ?? []) {
        const one = entry.resource as Resource | null | undefined;
        if (one === undefined || one === null) continue;
        const mode = entry.search?.mode;
        if (one.resourceType === "OperationOutcome") incomplete ||= saysIncomplete(one);
        else if (one.resourceType === "Patient") {
          included.set(`Patient/${String(one.id)}`, one);
          if (entry.fullUrl) included.set(entry.fullUrl, one);
        } else if (mode !== "include" && mode !== "outcome") matched.push(one);
      }
      same = matched.length > 0 && printOf(matched) === print ? same + 1 : 0;
      print = printOf(matched);
      if (same >= mostTimesTheSame) throw new HubError({ code: "PAGE_LOOP", class: "malformed-page", detail: { operation } });
      if (!told && ignoresFilter(matched, from)) {
        told = true;
        source.report(new HubError({ code: "FILTER_IGNORED", class: "guard", detail: { operation, parameter: "_lastUpdated" } }));
      }
      const latest = latestOf(matched, pass?.latest ?? state?.lastUpdated, now);
      const patientOf = await findPatients(matched.map(referenceOf), included);
      const records = matched.map((one) => atTheDoor(one, patientOf(referenceOf(one)), settings.staffIdentifierSystem));
      const done = (pass?.done ?? 0) + records.length;
      const link = page.link?.find((one) => one.relation === "next")?.url;
      // Fewer than it says there are: what is missing is neither gone nor read.
      if (link === undefined && page.total !== undefined && done < page.total) incomplete = true;
      const shared = {
        dataSet: dataSets[resource],
        records,
        asOf: startedAt,
        progress: { done, total: page.total !== undefined && page.total >= done ? page.total : undefined },
      };
      const underWay = fullyRead.length > 0 ? { full: [...fullyRead] } : {};

      if (link !== undefined) {
        const next = new URL(link, url).toString();
        if (followed.has(next)) throw new HubError({ code: "PAGE_LOOP", class: "malformed-page", detail: { operation } });
        pass = { resource, sweep, startedAt, next, done, incomplete, ...(latest === undefined ? {} : { latest }) };
        yield { ...shared, checkpoint: { read, pass, ...underWay } };
        url = next;
        continue;
      }
      if (incomplete) {
        // The next run reads the same again; what is held stays.
        source.report(new HubError({ code: "PAGE_TRUNCATED", class: "malformed-page", detail: { operation, expected: "all", got: done } }));
        yield { ...shared, asOf: undefined, checkpoint: { read, ...underWay } };
        break;
      }
      const sweptAt = sweep ? startedAt : state?.sweptAt;
      read = {
        ...read,
        [resource]: { ...(latest === undefined ? {} : { lastUpdated: latest }), ...(sweptAt === undefined ? {} : { sweptAt }) },
      };
      if (full) fullyRead = [...fullyRead, resource];
      const ended = settings.resources.every((one) => fullyRead.includes(one));
      // Pages of a search may shift while they are read, so what one sweep lacks the next one has to confirm.
      const scope: Scope = { scope: "connection", key: source.connectionId, kinds: kindsOf[resource], shifting: true };
      yield { ...shared, checkpoint: { read, ...(full && !ended ? { full: [...fullyRead] } : {}) }, completes: sweep ? [scope] : [] };
      break;
    }
  }
}
