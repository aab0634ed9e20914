/**
 * One request: principal, what it may see of whom, and its loaders. Nothing in here outlives the request: a shared cache
 * would cross callers.
 */
import DataLoader from "dataloader";
import type { PoolClient } from "pg";
import { readsForPerson } from "../../access/actors";
import { type Action, decide, type Target } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { type PersonScope, personScope, readScope } from "../../access/scope";
import { healthSystems } from "../../access/tables";
import { today } from "../../platform/clock";
import { definitionOfKind, recordKinds } from "../../schema/kinds";
import type { Access } from "../../schema/registry";
import { findAccount, type KnownPerson, loadPeople } from "../../store/facts";
import { type AsOfStatement, readPartAsOf } from "../../store/read/as-of";
import { type ConnectionFreshness, readFreshness } from "../../store/read/freshness";
import { type Opening, type PartStatement, readPart } from "../../store/read/part";
import type { ReadContext } from "../../store/store";
import type { Moment, PartStatements } from "./as-of";
import type { Asker } from "./course-verbs";
import type { Environment } from "./environment";
import type { Organisation } from "./organisation";
import { withinRows } from "./rows";

/** What the audit event of the operation will say. */
export interface Trail {
  readonly staffMembers: Set<string>;
  /** Asked for by id, there, and nothing of them for this caller. */
  readonly refusedMembers: Set<string>;
  /** What was changed, as kind:id. */
  readonly changes: Set<string>;
  /** By which path of the access table each type of record was opened. */
  readonly grounds: Set<string>;
  readonly kinds: Set<string>;
  readonly controllers: Set<string>;
  readonly counts: Record<string, number>;
  /** Parts that are not current: they stand in `extensions.completeness`. */
  readonly completeness: Map<string, string>;
  /** Instants for which parts were told as they were known then. */
  readonly asOf: Set<string>;
}

export function emptyTrail(): Trail {
  return {
    staffMembers: new Set(),
    refusedMembers: new Set(),
    changes: new Set(),
    grounds: new Set(),
    kinds: new Set(),
    controllers: new Set(),
    counts: {},
    completeness: new Map(),
    asOf: new Set(),
  };
}

export interface VisiblePerson {
  readonly known: KnownPerson;
  readonly scope: PersonScope;
}

const kindsByLabel = new Map<Access, string[]>();
for (const kind of recordKinds) {
  const { access } = definitionOfKind(kind);
  kindsByLabel.set(access, [...(kindsByLabel.get(access) ?? []), kind]);
}
const kindsOf = (label: Access) => kindsByLabel.get(label) ?? [];

function knownToHealthOnly({ controllers, sources }: KnownPerson): string[] {
  return controllers.filter((org) => sources.every(({ controllerOrg, system }) => controllerOrg !== org || healthSystems.has(system)));
}

const healthLabels: ReadonlySet<Access> = new Set<Access>(["R4", "R5"]);

type ReadRows = (
  openings: readonly Opening[],
  scope: ReadContext["scope"],
  what: ReadContext["what"],
) => Promise<readonly { readonly staffMember: string }[]>;

/** People asked for in one statement at most. */
const batch = 200;

export class RequestContext {
  readonly trail = emptyTrail();
  readonly now: Date;
  readonly today: string;
  private readonly organisations = new Map<string, Organisation>();
  /** What is filled in later stands in an object of its own: Apollo Server hands on a shallow copy of the context. */
  private readonly filled: { connections?: ReadonlyMap<string, ConnectionFreshness>; principal?: Promise<Principal> } = {};
  private readonly parts = new Map<string, DataLoader<string, unknown>>();
  private readonly people: DataLoader<string, VisiblePerson | undefined>;
  /** Loaded, there, and not for this caller. */
  private readonly hidden = new Set<string>();

  constructor(
    readonly environment: Environment,
    readonly caller: Principal,
    readonly requestId: string,
  ) {
    this.now = environment.clock.now();
    this.today = today(environment.clock);
    this.people = new DataLoader((ids) => this.loadPeople(ids), { maxBatchSize: batch });
  }

  /** The caller, with the staff member of the account where the token does not name one. */
  principal(): Promise<Principal> {
    this.filled.principal ??= this.resolvePrincipal();
    return this.filled.principal;
  }

  /** What needs no facts about anybody: settings, operations, the question whether a list may be asked for. */
  async may(action: Action, target: Target): Promise<boolean> {
    return decide(await this.principal(), action, target, noFacts, this.now).effect === "allow";
  }

  private async resolvePrincipal(): Promise<Principal> {
    const { caller } = this;
    if (!readsForPerson(caller) || caller.person !== undefined) return caller;
    const known = await this.read((client) => findAccount(client, caller.issuer, caller.subject));
    return { ...caller, person: known ?? (await this.claimedByUuid()) };
  }

  /** The first use of a staff login, when ESR holds its UUID of one person. */
  private async claimedByUuid(): Promise<string | undefined> {
    const { issuer, subject, crsUuid, login } = this.caller;
    if (crsUuid === undefined || login !== "staff") return undefined;
    const { accounts } = this.environment;
    return accounts?.claimByUuid({ issuer, subject, kind: login }, crsUuid, this.asker(this.caller));
  }

  /** The caller as what is done is written down. */
  asker(principal: Principal): Asker {
    return {
      requestId: this.requestId,
      subject: `${principal.issuer}|${principal.subject}`,
      organisation: principal.org,
      role: principal.role,
      purpose: principal.purposes.join(" ") || undefined,
    };
  }

  /** Statements that need no person's scope yet: look-ups and policy facts. With a scope: the rows of that scope. */
  read<T>(statements: (client: PoolClient) => Promise<T>, scope: ReadContext["scope"] = [], what?: ReadContext["what"]): Promise<T> {
    const { person } = this.caller;
    return this.environment.store.withPrincipal(
      { requestId: this.requestId, ...(person ? { person } : {}), scope, ...(what ? { what } : {}) },
      statements,
    );
  }

  /** Counts, states and ids of what the hub does; who may ask is decided before. */
  operations<T>(statements: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.read(statements, [], "operations");
  }

  /** undefined: not there, or nothing of it is for this caller; the two are not told apart. */
  async person(id: string): Promise<VisiblePerson | undefined> {
    const person = await this.people.load(id);
    if (person) this.trail.staffMembers.add(id);
    else if (this.hidden.has(id)) this.trail.refusedMembers.add(id);
    return person;
  }

  /** For the audit: what a mutation has changed. Ids and kinds, never a value. */
  changed(kind: string, id: string): void {
    this.trail.changes.add(`${kind}:${id}`);
  }

  /**
   * What is known of a person now, whatever the caller may see of it: for the decision about an act, and never shown. Read anew
   * each time it is asked for.
   */
  async known(id: string): Promise<KnownPerson | undefined> {
    const [known] = await this.read((client) => loadPeople(client, [id]));
    return known;
  }

  /** Those of these people of whom the caller may see something; nothing of them is shown yet, so nothing is on the trail. */
  async visible(ids: readonly string[]): Promise<VisiblePerson[]> {
    const people = await Promise.all(ids.map((id) => this.people.load(id)));
    return people.filter((person) => person !== undefined);
  }

  private async loadPeople(ids: readonly string[]): Promise<(VisiblePerson | undefined)[]> {
    const principal = await this.principal();
    const known = await this.read(async (client) => {
      if (!this.filled.connections) this.filled.connections = new Map((await readFreshness(client)).map((it) => [it.id, it]));
      return loadPeople(client, ids);
    });
    const byId = new Map(known.map((it) => [it.staffMember, it]));
    return ids.map((id) => {
      const it = byId.get(id);
      if (!it) return undefined;
      const facts = {
        facts: new Map([[id, it.facts]]),
        controllers: new Map([[id, it.controllers]]),
        healthOnly: new Map([[id, knownToHealthOnly(it)]]),
      };
      const scope = personScope(principal, id, facts, this.now);
      if (!scope.visible) {
        this.hidden.add(id);
        return undefined;
      }
      return { known: it, scope };
    });
  }

  /** Known once a person has been asked for. */
  connection(id: string): ConnectionFreshness | undefined {
    return this.filled.connections?.get(id);
  }

  connectionsOf(organisation: string): ConnectionFreshness[] {
    return [...(this.filled.connections?.values() ?? [])].filter((it) => it.organisations.includes(organisation));
  }

  /** One part of one person as known now; all people of a fetch go into one statement. */
  part<Row extends { readonly staffMember: string }>(
    name: string,
    statement: PartStatement,
    labels: readonly Access[],
    person: VisiblePerson,
  ): Promise<Row | undefined> {
    return this.partLoader<Row>(`${name} ${this.today}`, labels, this.readNow(statement, this.today)).load(person.scope.staffMember);
  }

  /** The same for any moment. */
  partAt<Row extends { readonly staffMember: string }>(
    { name, now, past }: PartStatements,
    labels: readonly Access[],
    person: VisiblePerson,
    { at, day }: Moment,
  ): Promise<Row | undefined> {
    const read: ReadRows = at ? this.readPast(past, at, day) : this.readNow(now, day);
    return this.partLoader<Row>(`${name} ${day}${at ? ` as of ${at.toISOString()}` : ""}`, labels, read).load(person.scope.staffMember);
  }

  private readNow(statement: PartStatement, day: string): ReadRows {
    return (openings, scope, what) => this.read((client) => readPart(client, statement, openings, day), scope, what);
  }

  private readPast(statement: AsOfStatement, at: Date, day: string): ReadRows {
    return async (openings, scope, what) => {
      this.trail.asOf.add(at.toISOString());
      const rows = await this.read((client) => readPartAsOf(client, statement, openings, { at, day }), scope, what);
      return this.environment.versions.open(rows, statement.kinds);
    };
  }

  private partLoader<Row>(key: string, labels: readonly Access[], read: ReadRows): DataLoader<string, Row | undefined> {
    let loader = this.parts.get(key) as DataLoader<string, Row | undefined> | undefined;
    if (!loader) {
      loader = new DataLoader((ids) => this.loadPart<Row>(labels, ids, read), { maxBatchSize: batch });
      this.parts.set(key, loader as DataLoader<string, unknown>);
    }
    return loader;
  }

  private async loadPart<Row>(labels: readonly Access[], ids: readonly string[], read: ReadRows): Promise<(Row | undefined)[]> {
    const scopes: PersonScope[] = [];
    const openings: Opening[] = [];
    for (const person of await this.people.loadMany(ids)) {
      if (!person || person instanceof Error) continue;
      scopes.push(person.scope);
      for (const label of labels) {
        for (const controllerOrg of person.scope.controllers(label)) {
          openings.push({ staffMember: person.scope.staffMember, controllerOrg, label });
          this.trail.controllers.add(controllerOrg);
          this.trail.grounds.add(`${label} ${person.scope.ground(controllerOrg, label)}`);
          for (const kind of kindsOf(label)) this.trail.kinds.add(kind);
        }
      }
    }
    if (openings.length === 0) return ids.map(() => undefined);
    // Occupational health has a role of its own: nothing else can read its tables, and it reads nothing else.
    const what = labels.some((label) => healthLabels.has(label)) ? "health" : "records";
    const byId = new Map((await read(openings, readScope(scopes, kindsOf), what)).map((row) => [row.staffMember, row as Row]));
    const scopeOf = new Map(scopes.map((scope) => [scope.staffMember, scope]));
    return ids.map((id) => {
      const [row, scope] = [byId.get(id), scopeOf.get(id)];
      return row && scope && (withinRows(row as object, scope) as Row);
    });
  }

  organisation(odsCode: string): Organisation {
    let found = this.organisations.get(odsCode);
    if (!found) {
      const name = this.environment.organisations.find((it) => it.odsCode === odsCode)?.name;
      found = { odsCode, ...(name ? { name } : {}) };
      this.organisations.set(odsCode, found);
    }
    return found;
  }
}
