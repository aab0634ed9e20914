import { actOfClaim } from "../../access/acts";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { claimTypeOf, healthSystems, policyVersion } from "../../access/tables";
import type { Foundation } from "../compose/foundation";
import { theyRun } from "../compose/named-person";
import { commandLineAs, type Purposes, withGraph } from "../compose/operations";
import { approvedAct, ask } from "../compose/rights";
import { exitCodes, type Output, UsageError } from "../output";
import { dayInWords } from "../present/table";

export interface MatchOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly reason?: string;
}

/** Names are seen by the trust whose people they may be, and every look is audited. */
export function organisationOf(options: MatchOptions, foundation: Foundation): string {
  const known = foundation.config.organisations.map((organisation) => organisation.odsCode);
  if (!options.organisation) throw new UsageError(`Say for which organisation you act: --organisation ${known.join(" | ")}.`);
  if (!known.includes(options.organisation))
    throw new UsageError(`There is no organisation ${options.organisation}. There are: ${known.join(", ")}.`);
  return options.organisation;
}

const purposes: Purposes = { "data-quality": ["DATA_QUALITY"], oh: ["DATA_QUALITY"] };

/** The account that runs the command, in the role it asks for: what it may see of claims is decided like everything else. */
export function actor(options: MatchOptions): Principal {
  return commandLineAs(options.as ?? "data-quality", purposes, options.organisation);
}

interface SystemsClaim {
  readonly organisation: string;
  readonly system: string;
}

export function maySeeClaim(principal: Principal, { organisation, system }: SystemsClaim, now: Date): boolean {
  return decide(principal, "read", { label: claimTypeOf(system), controllerOrg: organisation }, noFacts, now).effect === "allow";
}

export function mayDecideOn(principal: Principal, { organisation, system }: SystemsClaim, now: Date): boolean {
  return decide(principal, actOfClaim(system), { controllerOrg: organisation }, noFacts, now).effect === "allow";
}

export async function audit(
  foundation: Foundation,
  options: MatchOptions,
  operation: string,
  detail: { staffMembers?: string[]; reason?: string; rows: number },
) {
  await foundation.store.audit([
    {
      requestId: `command-${process.pid}-${operation}`,
      operation,
      subject: actor(options).subject,
      organisation: options.organisation,
      role: actor(options).role,
      purpose: "DATA_QUALITY",
      decision: "ALLOW",
      reason: detail.reason,
      staffMembers: detail.staffMembers ?? [],
      kinds: ["claim"],
      controllers: options.organisation ? [options.organisation] : [],
      counts: { rows: detail.rows },
      policyVersion,
    },
  ]);
}

export async function matchList(output: Output, options: MatchOptions): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const principal = actor(options);
    const matches = await foundation.store.listMatches({ organisations: [organisation], limit: mostListed });
    const waiting = matches.filter((match) => match.state !== "BOUND" && maySeeClaim(principal, match, foundation.engine.clock.now()));
    await audit(foundation, options, "match list", { rows: waiting.length });
    output.answer({ organisation, waiting }, () =>
      waiting.length === 0
        ? "Nobody waits for a decision."
        : waiting
            .map((match) =>
              [
                `${match.sourcePersonId}  ${[match.givenName, match.familyName].filter(Boolean).join(" ") || "(no name given)"}, ${match.birthDate ? `born ${dayInWords(match.birthDate)}` : "no date of birth"}; ${match.connectionId}, ${words[match.state] ?? match.state}`,
                ...reasonLines(match.reasons, "    "),
                ...match.proposals.flatMap((proposal) => [
                  `    candidate ${proposal.staffMemberId}, score ${proposal.score.toFixed(1)} (${proposal.outcome})`,
                  ...reasonLines(proposal.reasons, "        "),
                ]),
              ].join("\n"),
            )
            .join("\n\n"),
    );
  });
  return undefined;
}

/** Claims read at most; those of other systems are left out after reading. */
const mostListed = 10_000;

const words: Readonly<Record<string, string>> = {
  UNBOUND: "nobody known fits well enough",
  PROPOSED: "waits for a person's decision",
  CONFLICT: "claims contradict each other",
};

function reasonLines(reasons: readonly unknown[], indent: string): string[] {
  return reasons.map((reason) => {
    const { rule, weight } = reason as { rule?: string; weight?: number };
    return `${indent}${rule ?? "?"}${weight === undefined ? "" : ` (${weight > 0 ? "+" : ""}${weight.toFixed(1)})`}`;
  });
}

/** The source person must be one of the organisation's own: a decision about another trust's people is refused as unknown. */
async function ownSourcePerson(foundation: Foundation, options: MatchOptions, organisation: string, id: string) {
  const [person] = /^[0-9a-f-]{36}$/.test(id) ? await foundation.store.people.forMatching([id]) : [];
  if (!person || !mayDecideOn(actor(options), person, foundation.engine.clock.now()))
    throw new UsageError(
      `There is no source person ${id} of ${organisation} to decide on as ${options.as ?? "data-quality"}. npx lanyard match list --organisation ${organisation}`,
    );
  return person;
}

/** A candidate that was proposed, or somebody whom a system of the same organisation knows: nobody else's people can be tried. */
async function candidate(
  foundation: Foundation,
  options: MatchOptions,
  organisation: string,
  sourcePerson: string,
  id: string,
): Promise<void> {
  const matches = await foundation.store.listMatches({ organisations: [organisation], limit: mostListed });
  const proposed = matches
    .find((match) => match.sourcePersonId === sourcePerson)
    ?.proposals.some((proposal) => proposal.staffMemberId === id);
  if (proposed) return;
  const shown = await foundation.store.show(id);
  const known =
    shown?.is === "staff-member" &&
    (shown.sourcePersons as readonly { controller: string; system: string }[]).some(
      (it) =>
        maySeeClaim(actor(options), { organisation: it.controller, system: it.system }, foundation.engine.clock.now()) ||
        (it.controller === organisation && it.system === "esr"),
    );
  if (!known) throw new UsageError(`There is no staff member ${id} of ${organisation}.`);
}

/** A link of what occupational health says moves health records: it takes two of its people. */
async function secondSaysYes(
  output: Output,
  foundation: Foundation,
  options: MatchOptions,
  organisation: string,
  subject: string,
): Promise<boolean> {
  const { store, engine } = foundation;
  const asked = { act: "match-health", subject, organisation, reason: options.reason ?? "" } as const;
  const approval = await approvedAct(foundation, actor(options), asked);
  if (approval) {
    await store.approvals.use(approval.id, asked, engine.clock.now());
    return true;
  }
  const waits = await ask(foundation, actor(options), asked);
  output.answer({ waits }, () =>
    [
      "A link of occupational health's takes two people of the team; nothing was linked yet.",
      ...theyRun(foundation.config, { id: waits.id, organisation, as: "oh" }),
      "    Then run this command again.",
    ].join("\n"),
  );
  return false;
}

export async function matchAccept(output: Output, options: MatchOptions, sourcePerson = "", staffMember = ""): Promise<number> {
  return withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, options, organisation, sourcePerson);
    await candidate(foundation, options, organisation, person.id, staffMember);
    if (
      healthSystems.has(person.system) &&
      !(await secondSaysYes(output, foundation, options, organisation, `${person.id} ${staffMember}`))
    )
      return exitCodes.degraded;
    await foundation.store.people.decide({
      bindings: [
        {
          sourcePersonId: person.id,
          staffMemberId: staffMember,
          decision: "PERSON",
          outcome: "MATCHED",
          score: undefined,
          reasons: [{ rule: `decided: ${options.reason}` }],
          decidedBy: actor(options).subject,
        },
      ],
      proposals: [],
      conflicts: [],
      unmatched: [],
    });
    await audit(foundation, options, "match accept", { staffMembers: [staffMember], reason: options.reason, rows: 1 });
    output.answer(
      { accepted: { sourcePerson, staffMember } },
      () => "Linked; the records that waited are now this person's. `match unlink` takes it back.",
    );
    return exitCodes.ok;
  });
}

export async function matchRefuse(output: Output, options: MatchOptions, sourcePerson = "", staffMember = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, options, organisation, sourcePerson);
    await candidate(foundation, options, organisation, person.id, staffMember);
    await foundation.store.people.refuse(person.id, staffMember, actor(options).subject, options.reason ?? "");
    await audit(foundation, options, "match refuse", { staffMembers: [staffMember], reason: options.reason, rows: 1 });
    output.answer({ refused: { sourcePerson, staffMember } }, () => "Noted: these two will not be linked.");
  });
  return undefined;
}

export async function matchUnlink(output: Output, options: MatchOptions, sourcePerson = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, options, organisation, sourcePerson);
    if (!person.staffMemberId) throw new UsageError(`${sourcePerson} is not linked to anybody.`);
    await foundation.store.people.unlink(person.id, actor(options).subject, options.reason ?? "");
    await audit(foundation, options, "match unlink", { staffMembers: [person.staffMemberId], reason: options.reason, rows: 1 });
    output.answer(
      { unlinked: { sourcePerson, staffMember: person.staffMemberId } },
      () => "Unlinked; what was there before is restored, and this link will not come back by itself.",
    );
  });
  return undefined;
}
