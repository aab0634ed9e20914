import { randomUUID } from "node:crypto";
import type { Claim, SourceSystem, StaffToAsk } from "../connectors/connector";
import type { HubError } from "../platform/errors";
import type { Connection } from "./connection";
import type { Engine } from "./engine";
import { matchKeysOf } from "./match-keys";

/** People asked for in one statement when a vendor can only be asked person by person. */
const staffPerStatement = 500;

/** The world as a connector sees it, made of the engine's parts. `reported` waits for what the connector reported. */
export function sourceSystemFor(
  engine: Engine,
  connection: Connection,
  run: { readonly lease: string; readonly derivationVersion: string; readonly signal: AbortSignal },
): SourceSystem<unknown> & { reported(): Promise<void> } {
  const organisations = connection.organisations.map(({ odsCode, vpd, name }) => ({ odsCode, vpd, name }));
  const reports: Promise<void>[] = [];
  return {
    connectionId: connection.id,
    organisations,
    settings: connection.settings,
    http: engine.httpFor(connection, run.signal),
    signal: run.signal,
    now: () => engine.clock.now().toISOString(),
    secret: engine.secret,
    resolvePath: engine.resolvePath,
    staff: (after) => staffOf(engine, connection, after),
    offer: (staffKey, candidates, organisation) => offer(engine, connection, run.lease, { staffKey, candidates, organisation }),
    identicalPage: (key, sha256) => engine.store.pages.identicalPage(connection.id, key, sha256, run.derivationVersion),
    report(problem: HubError) {
      const stored = engine.store.connections.problem({
        connectionId: connection.id,
        code: problem.code,
        subject: subjectOf(problem),
        detail: problem.detail,
        lease: run.lease,
      });
      // A run that fails before it waits for its reports must not end the process by one of them.
      stored.catch(() => undefined);
      reports.push(stored);
    },
    async reported() {
      await Promise.all(reports);
    },
  };
}

/** Two reports about different files or operations are two problems; the same one again is counted, not repeated. */
function subjectOf(problem: HubError): string {
  const { file, operation, pointer } = problem.detail;
  return [file, operation, pointer].filter((part) => part !== undefined).join(" ");
}

async function* staffOf(engine: Engine, connection: Connection, after: string | undefined): AsyncIterable<StaffToAsk> {
  const odsCodes = connection.organisations.map((organisation) => organisation.odsCode);
  let last = after;
  for (;;) {
    const people = await engine.store.people.staff(odsCodes, connection.id, last, staffPerStatement);
    yield* people;
    last = people.at(-1)?.staffKey;
    if (people.length < staffPerStatement || last === undefined) return;
  }
}

/** A search tells a vendor that we look for somebody: each is audited before its hits are judged. */
async function offer(
  engine: Engine,
  connection: Connection,
  lease: string,
  search: { readonly staffKey: string; readonly candidates: readonly Claim[]; readonly organisation: string | undefined },
): Promise<readonly string[]> {
  const { staffKey, candidates } = search;
  const organisation = connection.organisations.find((one) => !search.organisation || one.odsCode === search.organisation);
  await engine.store.audit([
    {
      requestId: randomUUID(),
      operation: "search-at-vendor",
      subject: `connection:${connection.id}`,
      organisation: organisation?.odsCode,
      role: "connector",
      purpose: "SERVICE_OPERATION",
      decision: "ALLOW",
      staffMembers: [staffKey],
      kinds: ["personal-details"],
      controllers: connection.organisations.map((organisation) => organisation.odsCode),
      counts: { hits: candidates.length },
      policyVersion: "connector",
    },
  ]);
  if (candidates.length === 0 || !organisation) return [];
  const system = connection.delivers[0]?.system ?? "lms";
  const admitted = await engine.store.pages.admitPeople({
    connectionId: connection.id,
    lease,
    system,
    claims: candidates.map((claim) => ({
      organisation: organisation.odsCode,
      claim,
      matchKeys: matchKeysOf(claim, { vpd: organisation.vpd, organisation: organisation.odsCode, blind: engine.blind }),
      current: true,
    })),
  });
  const ids = [...admitted.ids.values()];
  await engine.match(ids);
  const people = await engine.store.people.forMatching(ids);
  return people.filter((person) => person.staffMemberId === staffKey).map((person) => person.sourceKey);
}
