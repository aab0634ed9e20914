/**
 * The contract can only be asked person by person, and has no "changed since": a sweep goes over everybody who works at the
 * connection's organisations. Whose a hit is, matching decides; records are fetched only for people it has linked.
 */
import { HubError, isHubError } from "../../platform/errors";
import type {
  Claim,
  HttpAnswer,
  HttpRequest,
  Identifier,
  Page,
  PersonPage,
  PersonToRead,
  ReadMode,
  RecordKind,
  Scope,
  SourceSystem,
  StaffToAsk,
} from "../connector";
import { privateKeyJwt } from "../kit/oauth";
import { outcomeCaller } from "../kit/outcome";
import type { WorkforceCheckpoint, WorkforceSettings } from "./settings";
import { type Employee, employee, employeeRecords, employees, recordTypeOf } from "./vendor";

type Call = (request: HttpRequest) => Promise<HttpAnswer>;
type Reads = WorkforceSettings["reads"][number];

/** The contract: "If there are more than 50 matches, the operation only returns the first 50." */
const fullPageOfHits = 50;
const peopleAtOnce = 4;
const peoplePerPage = 50;
const recordsPerPage = 500;
/** Of a question about one person: fewer than make the whole system look as if it were down. */
const attemptsForOne = 3;
/** People for whom the system fails, one after the other or as a share of all asked: beyond it the system is down. */
const mostFailuresInARow = 5;
const mostFailing = { people: 5, share: 0.05 };

const readOf: Readonly<Record<string, Reads>> = {
  CoreSkillsTraining: "core-skills",
  Vaccination: "vaccinations",
  ClinicalTest: "clinical-tests",
  Observation: "observations",
  DBSCheckOutcome: "dbs",
  ProfessionalRegistration: "registrations",
  RightToWork: "right-to-work",
};
const kindOf: Readonly<Record<Reads, RecordKind>> = {
  "core-skills": "competence-award",
  vaccinations: "immunisation",
  "clinical-tests": "clinical-test",
  observations: "observation",
  dbs: "employment-check",
  registrations: "professional-registration",
  "right-to-work": "employment-check",
};

/** The vendor's ids are unique within one organisation: the key says which. */
export const personKeyOf = (organisation: string, id: string): string => `${organisation}/${id}`;

export function claimOf(organisation: string, person: Employee): Claim {
  const identifiers: Identifier[] = [];
  if (person.esrIdentifier !== undefined) identifiers.push({ scheme: "ESR_PERSON_ID", value: person.esrIdentifier });
  if (person.email !== undefined) identifiers.push({ scheme: "EMAIL", value: person.email });
  const birthDate = person.birthDate?.slice(0, 10);
  return {
    personKey: personKeyOf(organisation, person.id ?? ""),
    ...(person.firstName === undefined ? {} : { givenName: person.firstName }),
    ...(person.surname === undefined ? {} : { familyName: person.surname }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(identifiers.length > 0 ? { identifiers } : {}),
  };
}

/** A system for one organisation has it in its base address already; the operations then leave it out. */
function employeesUrl(settings: WorkforceSettings, organisation: string): { employees: string; status: string } {
  const base = settings.baseUrl.replace(/\/+$/, "");
  const single = /\/organisations\/([^/]+)$/.exec(base)?.[1];
  if (single !== undefined && single.toUpperCase() !== organisation.toUpperCase()) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      detail: { pointer: "/settings/baseUrl", expected: `an address for ${organisation}`, got: "an address for another organisation" },
    });
  }
  const root = single === undefined ? `${base}/organisations/${encodeURIComponent(organisation)}` : base;
  return { employees: `${root}/employees`, status: `${root}/_status` };
}

async function inTurns<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += peopleAtOnce) results.push(...(await Promise.all(all.slice(at, at + peopleAtOnce).map(each))));
  return results;
}

function unexpected(operation: string, pointer: string, expected: string): HubError {
  return new HubError({ code: "UNEXPECTED_ANSWER", class: "schema", detail: { operation, pointer, expected, got: "something else" } });
}

/** Asked for one, answered with others: nothing of it is used, and the sweep proves nothing about what is missing. */
function filterIgnored(operation: string, parameter: string): HubError {
  return new HubError({ code: "FILTER_IGNORED", class: "guard", detail: { operation, parameter } });
}

/**
 * The vendor's clock and health. `_status` needs no token and may be missing; its JSON is sometimes broken (the contract's
 * own example is), so that only the word is looked for.
 */
async function askStatus(source: SourceSystem<WorkforceSettings>, url: string): Promise<string | undefined> {
  const answer = await source.http.request({ url, expect: "text", accept: [400, 401, 403, 404, 405, 503], operation: "GET _status" });
  const word = /"status"\s{0,9}:\s{0,9}"?(pass|ok|up|warn|fail|error|down)(?!\w)/i.exec(answer.text())?.[1]?.toLowerCase();
  if (answer.status === 503 || (answer.status < 400 && word !== undefined && ["fail", "error", "down"].includes(word))) {
    throw new HubError({
      code: "VENDOR_ERROR",
      class: "transient",
      detail: { host: new URL(url).host, status: word ?? answer.status, operation: "GET _status" },
    });
  }
  return answer.vendorDate;
}

/** Of the people whom the vendor knew, more than this share gone at once is rather a right that was lost. */
const believableGone = 0.2;
const fewestGone = 3;

/** After its attempts; a system that is not there, or is given a rest, is nobody's own. */
const isOfOnePerson = (error: HubError): boolean => error.code === "VENDOR_ERROR" || error.code === "TIMED_OUT";

class People {
  private answered = 0;
  private failed = 0;
  private failedInARow = 0;
  /** People whom matching had linked before; those of them whom the vendor no longer knows. */
  linkedBefore = 0;
  gone = 0;
  private told = false;
  private refusals: HubError[] = [];

  constructor(
    private readonly source: SourceSystem<WorkforceSettings>,
    private readonly call: Call,
    private readonly organisation: string,
    private readonly base: string,
  ) {}

  /** A question about one person; undefined when the vendor refuses this one, or fails for this one only. */
  private async ask<T>(question: Promise<T>): Promise<T | undefined> {
    try {
      const answer = await question;
      this.answered += 1;
      this.failedInARow = 0;
      return answer;
    } catch (error) {
      if (!isHubError(error)) throw error;
      if (error.code === "REQUEST_REFUSED" || error.code === "FILTER_IGNORED") this.refusals.push(error);
      else if (isOfOnePerson(error) && this.isOfAFew()) this.refusals.push(error);
      else throw error;
      return undefined;
    }
  }

  /** The system has failed for one more, after all attempts. False: too many for it to be about them. */
  private isOfAFew(): boolean {
    this.failed += 1;
    this.failedInARow += 1;
    const most = Math.max(mostFailing.people, mostFailing.share * (this.answered + this.failed));
    return this.failed <= most && this.failedInARow <= mostFailuresInARow;
  }

  private notAnswered(error: HubError): HubError {
    if (!isOfOnePerson(error)) return error;
    const { host, operation, status = error.code } = error.detail;
    return new HubError({
      code: "PERSON_NOT_ANSWERED",
      class: "transient",
      detail: { host, operation, status, organisation: this.organisation },
    });
  }

  /** Whether everybody so far could be asked about. Single people are reported; when nobody could be, it is not about them. */
  settle(): boolean {
    const [first, ...others] = this.refusals;
    if (!first) return true;
    if (this.answered === 0) throw first;
    for (const refusal of [first, ...others]) this.source.report(this.notAnswered(refusal));
    this.refusals = [];
    return false;
  }

  private tellOnce(problem: HubError): void {
    if (!this.told) this.source.report(problem);
    this.told = true;
  }

  /** The vendor's id when matching has linked one of this organisation. */
  known(staff: StaffToAsk): string | undefined {
    const prefix = personKeyOf(this.organisation, "");
    return staff.knownSourceId?.startsWith(prefix) ? staff.knownSourceId.slice(prefix.length) : undefined;
  }

  /** Details behind an id: an id alone may have been given to somebody else since. 404 is an answer: gone. */
  async details(id: string): Promise<Employee | undefined> {
    const operation = "get-employee-personal-details";
    const answer = await this.call({
      url: `${this.base}/${encodeURIComponent(id)}`,
      expect: "json",
      operation,
      attempts: attemptsForOne,
      accept: [404],
    });
    if (answer.status === 404) return undefined;
    const parsed = employee.safeParse(answer.json());
    if (!parsed.success) throw unexpected(operation, "/", "an employee");
    // Somebody else's details under this person's key would hand the one's records to the other.
    if (parsed.data.id !== undefined && parsed.data.id !== id) throw filterIgnored(operation, "id");
    return { ...parsed.data, id };
  }

  /** Nobody, candidates, or too many to be of use. */
  async search(staff: StaffToAsk): Promise<Employee[] | "too-many"> {
    const operation = "search-for-employee";
    const query = new URLSearchParams({ firstName: staff.given, surname: staff.family, birthDate: staff.birthDate });
    for (const [name, value] of [...query]) if (value.trim() === "") query.delete(name);
    if (query.size === 0) return [];
    const answer = await this.call({ url: `${this.base}?${query}`, expect: "json", operation, attempts: attemptsForOne });
    const parsed = employees.safeParse(answer.json());
    if (!parsed.success) throw unexpected(operation, "/", "a list of employees");
    if (parsed.data.length >= fullPageOfHits) return "too-many";
    // Nobody who was asked for is born on another day: who is, was not asked for, and is not even looked at.
    const fitting = parsed.data.filter((hit) => hit.birthDate === undefined || hit.birthDate.slice(0, 10) === staff.birthDate);
    if (fitting.length < parsed.data.length) {
      if (fitting.length === 0) throw filterIgnored(operation, "birthDate");
      this.tellOnce(filterIgnored(operation, "birthDate"));
    }
    return fitting.filter((hit) => hit.id !== undefined);
  }

  /** 404 on a person: gone since, so no records. undefined: the vendor refuses to say. */
  async records(id: string): Promise<unknown[] | undefined> {
    return this.ask(this.recordsOf(id));
  }

  private async recordsOf(id: string): Promise<unknown[]> {
    const operation = "get-employee-records";
    const answer = await this.call({
      url: `${this.base}/${encodeURIComponent(id)}/records`,
      expect: "json",
      operation,
      attempts: attemptsForOne,
      accept: [404],
    });
    if (answer.status === 404) return [];
    const parsed = employeeRecords.safeParse(answer.json());
    if (!parsed.success) throw unexpected(operation, "/records", "a list of records");
    if (parsed.data.id !== undefined && parsed.data.id !== id) throw filterIgnored(operation, "id");
    return parsed.data.records ?? [];
  }

  /** The people of one batch whom matching has linked. */
  async linked(batch: readonly StaffToAsk[]): Promise<Employee[]> {
    const asked = await inTurns(batch, async (staff) => {
      const id = this.known(staff);
      if (id === undefined) return { staff, hits: (await this.ask(this.search(staff))) ?? [] };
      const refusedBefore = this.refusals.length;
      const details = await this.ask(this.details(id));
      this.linkedBefore += 1;
      if (!details && this.refusals.length === refusedBefore) this.gone += 1;
      return { staff, hits: details ? [details] : [] };
    });
    const people = new Map<string, Employee>();
    // One after the other: two staff members may claim the same hit, and the order must not be left to chance.
    for (const { staff, hits } of asked) {
      if (hits === "too-many") {
        const detail = {
          operation: "search-for-employee",
          organisation: this.organisation,
          staffKey: staff.staffKey,
          limit: fullPageOfHits,
        };
        this.source.report(new HubError({ code: "SEARCH_TOO_WIDE", class: "unmatched", detail }));
      }
      // Also when there is nothing to offer: that we asked is a disclosure, and offering is what audits it.
      const candidates = hits === "too-many" ? [] : hits;
      const claims = candidates.map((hit) => claimOf(this.organisation, hit));
      const keys = new Set(await this.source.offer(staff.staffKey, claims, this.organisation));
      for (const hit of candidates) {
        const key = personKeyOf(this.organisation, hit.id ?? "");
        if (keys.has(key)) people.set(key, hit);
      }
    }
    return [...people.values()];
  }
}

async function signedIn(source: SourceSystem<WorkforceSettings>): Promise<Call> {
  const { settings } = source;
  const token = privateKeyJwt({
    http: source.http,
    tokenUrl: settings.tokenUrl,
    clientId: settings.clientId,
    privateKeyPem: await source.secret(settings.privateKey),
    keyId: settings.keyId,
    algorithm: settings.algorithm,
    now: source.now,
  });
  return outcomeCaller(source.http, token);
}

const kindsRead = (settings: WorkforceSettings): RecordKind[] => [...new Set(settings.reads.map((one) => kindOf[one]))];

/** One person, because the vendor says that something has changed. The id is checked as in a sweep: it may be somebody else's by now. */
export async function* workforcePerson(source: SourceSystem<WorkforceSettings>, whom: PersonToRead): AsyncIterable<PersonPage> {
  const { settings } = source;
  const { organisation, staff } = whom;
  const people = new People(source, await signedIn(source), organisation, employeesUrl(settings, organisation).employees);
  const records: unknown[] = [];
  const completes: Scope[] = [];
  for (const person of await people.linked([staff])) {
    const found = await people.records(person.id ?? "");
    if (found === undefined) continue;
    for (const record of found) records.push(envelope(organisation, person, record, settings));
    completes.push({ scope: "person", key: personKeyOf(organisation, person.id ?? ""), organisation, kinds: kindsRead(settings) });
  }
  people.settle();
  yield { dataSet: "people", records, completes };
}

export async function* workforcePages(
  source: SourceSystem<WorkforceSettings>,
  since: WorkforceCheckpoint | undefined,
  mode: ReadMode = "increment",
): AsyncIterable<Page<WorkforceCheckpoint>> {
  const { settings, organisations } = source;
  if (mode !== "full" && since?.finished && Date.parse(source.now()) - Date.parse(since.sweep) < settings.everyHours * 3_600_000) return;

  const call = await signedIn(source);
  const kinds = kindsRead(settings);
  const resumed = since && !since.finished ? since : undefined;
  let sweep = resumed?.sweep;
  let done = 0;
  let incomplete = resumed?.incomplete ?? false;
  const counted = { linkedBefore: resumed?.linkedBefore ?? 0, gone: resumed?.gone ?? 0 };

  for (let index = resumed?.organisation ?? 0; index < organisations.length; index += 1) {
    const organisation = organisations[index]?.odsCode as string;
    const urls = employeesUrl(settings, organisation);
    const vendorDate = await askStatus(source, urls.status);
    sweep ??= vendorDate ?? source.now();
    const people = new People(source, call, organisation, urls.employees);
    people.linkedBefore = counted.linkedBefore;
    people.gone = counted.gone;
    const last = index === organisations.length - 1;

    const staff = source.staff(resumed?.organisation === index ? resumed.afterStaffKey : undefined)[Symbol.asyncIterator]();
    let records: unknown[] = [];
    let completes: Scope[] = [];
    let asked = 0;
    for (let more = true; more; ) {
      const batch: StaffToAsk[] = [];
      while (batch.length < peopleAtOnce * 2) {
        const next = await staff.next();
        if (next.done) {
          more = false;
          break;
        }
        batch.push(next.value);
      }
      for (const one of await inTurns(await people.linked(batch), async (person) => ({
        person,
        found: await people.records(person.id ?? ""),
      }))) {
        // What is held of somebody whose records we were refused stays as it is.
        if (one.found === undefined) continue;
        for (const record of one.found) records.push(envelope(organisation, one.person, record, settings));
        completes.push({ scope: "person", key: personKeyOf(organisation, one.person.id ?? ""), organisation, kinds });
      }
      if (!people.settle()) incomplete = true;
      asked += batch.length;
      done += batch.length;
      if (more && asked < peoplePerPage && records.length < recordsPerPage) continue;

      const finished = !more && last;
      if (finished && !incomplete) {
        const doubted = people.gone >= fewestGone && people.gone > believableGone * people.linkedBefore;
        completes.push({ scope: "connection", key: source.connectionId, kinds, ...(doubted ? { doubt: "PEOPLE_GONE" } : {}) });
      }
      const afterStaffKey = batch.at(-1)?.staffKey;
      const { linkedBefore, gone } = people;
      Object.assign(counted, { linkedBefore, gone });
      const lacking = { ...(incomplete ? { incomplete } : {}), ...(gone > 0 ? { linkedBefore, gone } : {}) };
      const checkpoint: WorkforceCheckpoint = finished
        ? { sweep, organisation: index, finished: true }
        : more
          ? { sweep, organisation: index, ...(afterStaffKey === undefined ? {} : { afterStaffKey }), ...lacking, finished: false }
          : { sweep, organisation: index + 1, ...lacking, finished: false };
      yield { dataSet: "people", records, checkpoint, completes, asOf: sweep, progress: { done } };
      records = [];
      completes = [];
      asked = 0;
    }
  }
}

/** What this connection may not read leaves its bare existence; the rest is reduced further by `raw`. */
function envelope(organisation: string, person: Employee, record: unknown, settings: WorkforceSettings): unknown {
  if (typeof record !== "object" || record === null) return record;
  const read = readOf[recordTypeOf((record as { recordType?: unknown }).recordType)];
  if (read !== undefined && !settings.reads.includes(read)) return { recordType: "NotRead" };
  return { ...record, organisation, person };
}
