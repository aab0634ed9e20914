/** What somebody would write by hand: one endpoint, the same statements in the same wrapper, JSON by hand, no GraphQL. */
import type { IncomingMessage } from "node:http";
import type { Authenticate } from "../../gateway/auth";
import { type Handler, sendJson } from "../../gateway/http";
import { lastDayInDate } from "../../recognition/days";
import { definitionOfKind, recordKinds } from "../../schema/kinds";
import type { Access } from "../../schema/registry";
import { loadPeople } from "../../store/facts";
import type { OpenStore } from "../../store/open";
import { findByIdentifier, listStaffMembers } from "../../store/read/find";
import { readFreshness } from "../../store/read/freshness";
import { type PartStatement, readPart } from "../../store/read/part";
import {
  type ChecksRow,
  checksPart,
  type HealthRow,
  healthPart,
  type LearningRow,
  learningPart,
  type StaffRow,
  staffPart,
} from "../../store/read/parts";
import type { Environment } from "../../subgraphs/kit/environment";

const today = "2026-12-01";

/** What the list operation asks of each person. */
function inList({ id, name, assignments, learning, health, checks }: any) {
  return {
    id,
    name,
    assignments: assignments?.map(({ number, position }: { number: string; position: { name: string } | null }) => ({
      number,
      position: { name: position?.name },
    })),
    learning: {
      competences: learning.competences?.map(({ subject, level, expiresOn, status }: Record<string, string>) => ({
        subject,
        level,
        expiresOn,
        status,
      })),
    },
    health: { clearances: health.clearances },
    checks: { registrations: checks.registrations },
  };
}

export function floorHandler(
  environment: Environment,
  store: OpenStore,
  authenticate: Authenticate,
  readJson: (request: IncomingMessage) => Promise<unknown>,
): Handler {
  const part = <Row extends { readonly staffMember: string }>(
    statement: PartStatement,
    labels: readonly Access[],
    ids: readonly string[],
  ) => {
    const openings = ids.flatMap((staffMember) => labels.map((label) => ({ staffMember, controllerOrg: "ZQA", label })));
    const kinds = recordKinds.filter((kind) => labels.includes(definitionOfKind(kind).access));
    const scope = ids.map((staffMember) => ({ controllerOrg: "ZQA", kinds, staffMember }));
    const what = labels.includes("R5") ? "health" : "records";
    return store.withPrincipal({ requestId: "bench", what, scope }, async (client) => {
      const rows = await readPart<Row>(client, statement, openings, today);
      return new Map(rows.map((row) => [row.staffMember, row]));
    });
  };
  const organisation = { odsCode: "ZQA", name: environment.organisations[0]!.name };

  async function records(ids: readonly string[]) {
    const known = await store.withPrincipal({ requestId: "bench", scope: [] }, async (client) => {
      const connections = await readFreshness(client);
      return { connections, people: await loadPeople(client, ids) };
    });
    const staff = await part<StaffRow>(staffPart, ["R1", "R1s", "R2"], ids);
    const [learning, health, checks] = await Promise.all([
      part<LearningRow>(learningPart, ["R3"], ids),
      part<HealthRow>(healthPart, ["R4", "R5"], ids),
      part<ChecksRow>(checksPart, ["R1", "R7"], ids),
    ]);
    const sources = known.connections.map((it) => ({ connectedSystem: it.id, state: "CURRENT", freshAsOf: it.freshAsOf }));
    return ids.map((id) => ({
      id,
      name: { given: staff.get(id)?.people?.[0]?.given, family: staff.get(id)?.people?.[0]?.family },
      identifiers: staff.get(id)?.people?.flatMap((it) => it.identifiers ?? []),
      assignments: staff
        .get(id)
        ?.assignment?.map((it) => ({ number: it.number, organisation, position: it.position, startsOn: it.startsOn, endsOn: it.endsOn })),
      learning: {
        competences: learning.get(id)?.["competence-award"]?.map((it) => {
          const [, subject, level] = it.competence.split("|");
          const expiresOn = lastDayInDate(it.awardedOn, 24);
          return {
            subject,
            level,
            awardedOn: it.awardedOn,
            expiresOn,
            status: expiresOn < today ? "EXPIRED" : "IN_DATE",
            attestations: [{ provenance: it.provenance, controller: organisation }],
          };
        }),
        achievements: learning.get(id)?.achievement?.map(({ title, completedOn }) => ({ title, completedOn })),
        sources,
      },
      health: {
        immunisations: health.get(id)?.immunisation?.map(({ vaccine, diseases, givenOn, dose }) => ({ vaccine, diseases, givenOn, dose })),
        clinicalTests: health
          .get(id)
          ?.["clinical-test"]?.map(({ name, interpretation, value, testedOn }) => ({ name, interpretation, value, testedOn })),
        observations: health.get(id)?.observation?.map(({ name, result }) => ({ name, result })),
        clearances: health.get(id)?.clearance?.map(({ clearedForRole, validUntil }) => ({ clearedForRole, validUntil })),
        sources,
      },
      checks: {
        employmentChecks: checks
          .get(id)
          ?.["employment-check"]?.map(({ standard, outcome, checkedOn }) => ({ standard, outcome, checkedOn })),
        registrations: checks.get(id)?.["professional-registration"]?.map(({ body, number, expiresOn }) => ({ body, number, expiresOn })),
        sources,
      },
    }));
  }

  return async (request, response) => {
    const principal = await authenticate(request.headers.authorization);
    const { variables, operationName } = (await readJson(request)) as {
      operationName: string;
      variables: { value?: string; after?: string };
    };
    const ids = await store.withPrincipal({ requestId: "bench", scope: [] }, async (client) => {
      if (operationName === "List") return (await listStaffMembers(client, "ZQA", undefined, 51)).slice(0, 50);
      const [known] = await findByIdentifier(client, "ESR_EMPLOYEE_NUMBER", variables.value!, "ZQA");
      return known ? [known.id] : [];
    });
    const full = await records(ids);
    const data = operationName === "List" ? full.map(inList) : full;
    await store.audit([
      {
        requestId: "bench",
        operation: operationName,
        subject: principal.subject,
        role: principal.role,
        decision: "ALLOW",
        staffMembers: ids,
        kinds: [],
        controllers: ["ZQA"],
        counts: {},
        policyVersion: "bench",
      },
    ]);
    sendJson(response, 200, { data });
    return true;
  };
}
