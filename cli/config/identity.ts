import type { JSONWebKeySet } from "jose";
import type { Role } from "../../access/principal";
import { roleTable } from "../../access/roles";
import type { RoleAssignment, TrustedIssuer } from "../../gateway/auth";
import { developmentClient, developmentIssuerName } from "../../gateway/development-issuer";
import type { RegisteredClient } from "../../gateway/oauth/client-assertion";
import type { ConfigShape } from "./shape";

type Fault = (at: readonly PropertyKey[], say: string, cure: string) => void;

/** Who may call, as the gateway takes it. */
export interface Identity {
  readonly issuers: readonly TrustedIssuer[];
  readonly roleAssignments: readonly RoleAssignment[];
  readonly clients: readonly RegisteredClient[];
}

const listOf = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
const httpsOnly = "In production every address is https.";

export function checkIdentity(shape: ConfigShape, fault: Fault): Identity {
  const organisations = new Set(listOf(shape.organisations).map((one) => one?.odsCode));
  const known = (at: readonly PropertyKey[], odsCode: string | undefined) => {
    if (odsCode !== undefined && !organisations.has(odsCode))
      fault([...at, "organisation"], `is not among the organisations: ${odsCode}`, "Add the organisation, or correct the code.");
  };
  const plain = (at: readonly PropertyKey[], url: unknown) => {
    if (shape.mode === "production" && typeof url === "string" && !/^https:\/\//i.test(url)) fault(at, "uses http", httpsOnly);
  };
  const { publicAddress } = shape;
  plain(["publicAddress"], publicAddress);
  if (typeof publicAddress === "string" && publicAddress.endsWith("/"))
    fault(["publicAddress"], "ends with a slash", "Leave it out: clients sign this address to the letter.");
  const clients = clientsOf(shape, fault, known, plain);
  if (shape.mode === "production" && clients.length > 0 && publicAddress === undefined)
    fault(["publicAddress"], "is missing", "Clients sign the address of the token endpoint: say what it is outside.");
  const issuers = issuersOf(shape, fault, plain);
  return { issuers, clients, roleAssignments: assignmentsOf(shape, issuers, fault, known) };
}

function issuersOf(shape: ConfigShape, fault: Fault, plain: (at: readonly PropertyKey[], url: unknown) => void): TrustedIssuer[] {
  const seen = new Set<string>();
  return listOf(shape.issuers).flatMap((it, index) => {
    if (typeof it !== "object" || it === null) return [];
    const at = ["issuers", index] as const;
    if (seen.has(it.issuer)) fault([...at, "issuer"], `is there twice: ${it.issuer}`, "One entry for each issuer.");
    seen.add(it.issuer);
    if (it.issuer === developmentIssuerName || it.issuer === shape.publicAddress)
      fault([...at, "issuer"], "is the hub's own name", "Name the login service.");
    plain([...at, "jwks"], it.jwks);
    return [
      {
        issuer: it.issuer,
        audience: it.audience,
        algorithms: it.algorithms,
        jwksUrl: it.jwks,
        kind: it.kind,
        maxAgeSeconds: Math.round(it.maxTokenAgeMinutes * 60),
        levels: it.levels,
        requires: it.requires,
        ...(it.kind === "staff" ? { uuidClaim: it.uuidClaim } : {}),
      },
    ];
  });
}

function assignmentsOf(
  shape: ConfigShape,
  issuers: readonly TrustedIssuer[],
  fault: Fault,
  known: (at: readonly PropertyKey[], odsCode: string | undefined) => void,
): RoleAssignment[] {
  return listOf(shape.roleAssignments).flatMap((it, index) => {
    if (typeof it !== "object" || it === null) return [];
    const at = ["roleAssignments", index] as const;
    if (issuers.find(({ issuer }) => issuer === it.issuer)?.kind !== "staff")
      fault([...at, "issuer"], `is no staff issuer of this file: ${it.issuer}`, "Name one of issuers with kind staff.");
    if ((it.subject === undefined) === (it.uuid === undefined))
      fault(at, "says not just one of subject and uuid", "Give the sub of the login, or its NHS CRS UUID.");
    const role = roleTable[it.role as Role];
    if (role?.ofOrganisation && it.organisation === undefined)
      fault([...at, "organisation"], "is missing", `The role ${it.role} belongs to an organisation.`);
    if (role && !role.ofOrganisation && it.organisation !== undefined)
      fault([...at, "organisation"], "does not belong here", `The role ${it.role} belongs to no organisation.`);
    known(at, it.organisation);
    return [{ ...it, role: it.role as Role }];
  });
}

function clientsOf(
  shape: ConfigShape,
  fault: Fault,
  known: (at: readonly PropertyKey[], odsCode: string | undefined) => void,
  plain: (at: readonly PropertyKey[], url: unknown) => void,
): RegisteredClient[] {
  const seen = new Set<string>([developmentClient.id]);
  return listOf(shape.clients).flatMap((it, index) => {
    if (typeof it !== "object" || it === null) return [];
    const at = ["clients", index] as const;
    if (seen.has(it.id)) fault([...at, "id"], `is used twice: ${it.id}`, "Give each client an id of its own.");
    seen.add(it.id);
    if ((it.jwks === undefined) === (it.keys === undefined))
      fault(at, "says not just one of jwks and keys", "Give the address of its public keys, or the keys.");
    plain([...at, "jwks"], it.jwks);
    known(at, it.organisation);
    if (it.kind === "system") {
      for (const name of ["role", "organisation"] as const)
        if (it[name] === undefined) fault([...at, name], "is missing", "A system has a role and works for an organisation.");
      if (it.subjectAudience !== undefined) fault([...at, "subjectAudience"], "does not belong here", "A system exchanges nobody's login.");
    } else if (it.role !== undefined || it.organisation !== undefined)
      fault(at, "has a role or an organisation of its own", "A front-end acts for one person at a time, and for nobody else.");
    const { id, title, kind, labels, role, organisation, subjectAudience } = it;
    return [
      {
        id,
        title,
        kind,
        labels: labels ?? [],
        keys: it.keys ? { inline: { keys: it.keys } as unknown as JSONWebKeySet } : { url: it.jwks ?? "" },
        ...(role ? { role: role as Role } : {}),
        ...(organisation ? { organisation } : {}),
        ...(subjectAudience ? { subjectAudience } : {}),
      },
    ];
  });
}
