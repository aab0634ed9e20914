/** Leaks: what decides, masks, carries or hides a person's data, made wrong in one place. The sweep over HTTP has to see each. */
import type { Bug } from "../bug";

const caughtBy = { security: "graph-glance" } as const;
const leak = (name: string, file: string, find: string, replace: string): Bug => ({ name, file, find, replace, caughtBy });
const glass = (name: string, file: string, find: string, replace: string, test: string): Bug => ({
  ...{ name, file, find, replace },
  caughtBy: { jest: "test/flow/data-rights/break-glass.test.ts", name: test },
});

export const leakBugs: readonly Bug[] = [
  // The decision.
  leak("an end is taken for the last day", "access/conditions.ts", "close === undefined || today < (", "close === undefined || today <= ("),
  leak(
    "level 3 is asked of nobody",
    "access/conditions.ts",
    "aal3: ({ principal }) => principal.aal >= 3",
    "aal3: ({ principal }) => principal.aal >= 0",
  ),
  leak(
    "level 2 is asked of nobody",
    "access/conditions.ts",
    "aal2: ({ principal }) => principal.aal >= 2",
    "aal2: ({ principal }) => principal.aal >= 0",
  ),
  leak(
    "the purpose is ignored",
    "access/conditions.ts",
    "(path.purposes ?? cell.purposes).some((purpose) => principal.purposes.includes(purpose))",
    "(path.purposes ?? cell.purposes).length + principal.aal > 0",
  ),
  leak("whose record it is does not matter to a trust", "access/conditions.ts", ": principal.org === target.controllerOrg),", ": true),"),
  leak(
    "everybody is everybody",
    "access/conditions.ts",
    "principal.person !== undefined && principal.person === target.staffMember",
    "principal.person !== undefined",
  ),
  leak("a share to one organisation opens to all", "access/conditions.ts", "    share.organisation !== principal.org ||\n", ""),
  leak("a share opens every record type", "access/conditions.ts", "    !share.labels.includes(label) ||\n", ""),
  leak("one signature is enough in the decision", "access/conditions.ts", "      it.signedByBoth &&\n", ""),
  leak(
    "an agreement opens record types that it does not list",
    "access/conditions.ts",
    "(it) => lists(it.labels, question.target.label) && (!question.path",
    "(it) => it.labels.length > 0 && (!question.path",
  ),
  leak(
    "two accounts on one record freeze nothing",
    "access/conditions.ts",
    "|| !facts.frozen.includes(principal.person)",
    "|| facts.frozen.length >= 0",
  ),
  leak(
    "a restriction of processing is forgotten",
    "access/decide.ts",
    "if (restricted.has(action) && isRestricted(target, facts))",
    "if (action === undefined)",
  ),
  // The tables.
  leak(
    "HR of the employer reads the whole clearance",
    "access/tables.ts",
    'R4: cell(["tenant", "emp", "aal3"], [], employment, { fields: clearanceForHr })',
    'R4: cell(["tenant", "emp", "aal3"], [], employment)',
  ),
  leak(
    "a placement opens years early",
    "access/tables.ts",
    "export const placementLeadDays = 91;",
    "export const placementLeadDays = 910;",
  ),
  leak(
    "employment never cools down",
    "access/tables.ts",
    "export const employmentGraceDays = 30;",
    "export const employmentGraceDays = 300;",
  ),
  leak(
    "a placement stays open for a year",
    "access/tables.ts",
    "export const placementGraceDays = 14;",
    "export const placementGraceDays = 365;",
  ),
  // The facts.
  leak("a share that was taken back goes on", "store/facts.ts", "any(i.ids) and h.revoked_at is null) as shares", "any(i.ids)) as shares"),
  leak(
    "an approval that was taken back goes on",
    "store/facts.ts",
    "any(i.ids) and c.revoked_at is null) as delegations",
    "any(i.ids)) as delegations",
  ),
  leak(
    "one signature is enough in the facts",
    "store/facts.ts",
    "g.signed_for_controller is not null and g.signed_for_organisation is not null",
    "g.signed_for_controller is not null or g.signed_for_organisation is not null",
  ),
  leak(
    "an agreement that has ended goes on",
    "store/facts.ts",
    "movement.sharing_agreement g where g.ended_at is null)",
    "movement.sharing_agreement g)",
  ),
  // What resolvers do with a decision.
  leak(
    "a resolver forgets the mask",
    "subgraphs/kit/records.ts",
    "row.controllerOrg, field.name)) continue;",
    "row.controllerOrg, field.name) || true) continue;",
  ),
  leak(
    "a person who is not for the caller is found",
    "subgraphs/kit/context.ts",
    "      if (!scope.visible) {",
    "      if (scope === undefined) {",
  ),
  leak(
    "people are loaded once for all callers",
    "subgraphs/kit/context.ts",
    "    this.people = new DataLoader((ids) => this.loadPeople(ids), { maxBatchSize: batch });",
    "    const all = globalThis as { people?: DataLoader<string, VisiblePerson | undefined> };\n    this.people = all.people ??= new DataLoader((ids) => this.loadPeople(ids), { maxBatchSize: batch });",
  ),
  leak(
    "the sources of health are told to everybody",
    "subgraphs/kit/sources.ts",
    "if (!person.scope.may(of.label)) return [{ state: SourceState.NOT_PERMITTED }];",
    "if (!person) return [];",
  ),
  leak(
    "a record is answered by its own key",
    "subgraphs/kit/subgraph.ts",
    "map.__resolveReference = () => null;",
    "map.__resolveReference = (given: unknown) => given;",
  ),
  leak("the NI number is an employment number", "subgraphs/staff/record.ts", 'NI_NUMBER: "R1s",', 'NI_NUMBER: "R2",'),
  leak(
    "what occupational health knows of somebody's name is heard by all",
    "access/scope.ts",
    'return !healthSystems.has(system) || this.may("R5", controllerOrg);',
    'return system !== undefined || this.may("R5", controllerOrg);',
  ),
  // The one look at what was refused.
  glass(
    "a refused payload stays open after its hour",
    "access/conditions.ts",
    "age >= 0 && age < glassMs",
    "age >= 0 && glassMs > 0",
    "it is shown to the one who asked, after another's yes, for an hour and no longer",
  ),
  glass(
    "whether a refused payload comes from occupational health is not asked",
    "cli/compose/approving.ts",
    'connection.delivers.some(({ system }) => healthSystems.has(system)) ? "R5" : definitionOfKind(kind).access',
    "healthSystems.size > 99 ? undefined : definitionOfKind(kind).access",
    "what comes from occupational health, or is nobody's training, looks as if it were not there",
  ),
  glass(
    "every refused payload may be looked at",
    "access/acts.ts",
    'cell(["aal3", "within-the-hour"], [], service, { labels: ["R3"] })',
    'cell(["aal3", "within-the-hour"], [], service)',
    "what comes from occupational health, or is nobody's training, looks as if it were not there",
  ),
  glass(
    "whoever asks is not stopped from approving",
    "cli/compose/rights.ts",
    'if (!takesBack && isOwn(principal, row)) throw new HubError({ code: "APPROVAL_SAME_PERSON"',
    'if (row.act === "") throw new HubError({ code: "APPROVAL_SAME_PERSON"',
    "whoever asks does not approve it, and may take it back",
  ),
  glass(
    "a yes to the own request is offered",
    "cli/compose/rights.ts",
    "if (isOwn(principal, row)) return { yes: false,",
    "if (isOwn(principal, row)) return { yes: true,",
    "whoever asks does not approve it, and may take it back",
  ),
  glass(
    "a colleague sees what somebody else has asked to see",
    "cli/compose/approving.ts",
    ", askedBy: handOf(principal) };",
    ", askedBy: handOf(principal).slice(0, 0) || undefined };",
    "it is shown to the one who asked, after another's yes, for an hour and no longer",
  ),
  glass(
    "a yes to one payload opens the next",
    "cli/compose/approving.ts",
    " && yes.detail.payload === found?.payload ?",
    " ?",
    "a yes is to one payload: another that the vendor sends instead needs another",
  ),
  glass(
    "every trust is told whose payloads were seen",
    "store/refused-payloads.ts",
    "and a.organisation = any($1::text[])",
    "and $1::text[] is not null",
    "the trust is told by which role, when and why; other trusts are not, and nobody is told what stood in it",
  ),
  // The doors.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the code
  leak("an internal token is good for another subgraph", "gateway/internal-token.ts", "    audience: `subgraph:${subgraph}`,\n", ""),
  leak(
    "an internal token is good for another question",
    "gateway/internal-token.ts",
    'if (payload.op !== hashOf(asked)) throw new Error("the token is for another operation");',
    'if (payload.op === undefined) throw new Error("the token is for another operation");',
  ),
  {
    name: "what was once accepted of the feed counts whatever the feed says now",
    file: "store/facts.ts",
    find: "and (f.host_organisation, f.starts_on, f.ends_on) = (m.host_organisation, m.starts_on, m.ends_on)",
    replace: "",
    caughtBy: { jest: "test/supergraph/accept-feed.integration.test.ts", name: "opens the host's view before the employment begins" },
  },
  {
    name: "an auditor is shown the shares of people of whom the organisation holds nothing",
    file: "store/movement/parties.ts",
    find: "where s.id = h.staff_member_id and p.controller_org = $1 and p.system <> 'oh'",
    replace: "where s.id = h.staff_member_id and $1 <> '' and p.system <> 'oh'",
    caughtBy: { jest: "test/supergraph/audited.integration.test.ts", name: "shows an auditor the shares to the organisation" },
  },
];
