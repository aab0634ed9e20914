import { userInfo } from "node:os";
import { dayInWords } from "../present/table";
import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import type { Foundation } from "../compose/foundation";

interface MatchOptions {
  readonly config?: string;
  readonly today?: string;
  readonly as?: string;
  readonly organisation?: string;
  readonly reason?: string;
}

/** Names are seen by the trust whose people they may be, and every look is audited. */
function organisationOf(options: MatchOptions, foundation: Foundation): string {
  const known = foundation.config.organisations.map((organisation) => organisation.odsCode);
  if (!options.organisation) throw new UsageError(`Say for which organisation you act: --organisation ${known.join(" | ")}.`);
  if (!known.includes(options.organisation)) throw new UsageError(`There is no organisation ${options.organisation}. There are: ${known.join(", ")}.`);
  return options.organisation;
}

function actor(options: MatchOptions): string {
  return options.as ?? `command-line:${userInfo().username}`;
}

async function audit(foundation: Foundation, options: MatchOptions, operation: string, detail: { staffMembers?: string[]; reason?: string; rows: number }) {
  await foundation.store.audit([
    {
      requestId: `command-${process.pid}-${operation}`,
      operation,
      subject: actor(options),
      organisation: options.organisation,
      role: "data-quality",
      purpose: "DATA_QUALITY",
      decision: "ALLOW",
      reason: detail.reason,
      staffMembers: detail.staffMembers ?? [],
      kinds: ["claim"],
      controllers: options.organisation ? [options.organisation] : [],
      counts: { rows: detail.rows },
      policyVersion: "command-line",
    },
  ]);
}

export async function matchList(output: Output, options: MatchOptions): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const waiting = (await foundation.store.listMatches({ organisations: [organisation] })).filter((match) => match.state !== "BOUND");
    await audit(foundation, options, "match list", { rows: waiting.length });
    output.answer({ organisation, waiting }, () =>
      waiting.length === 0
        ? "Nobody waits for a decision."
        : waiting
            .map((match) =>
              [
                `${match.sourcePersonId}  ${[match.givenName, match.familyName].filter(Boolean).join(" ") || "(no name given)"}, born ${dayInWords(match.birthDate)}; ${match.connectionId}, ${words[match.state] ?? match.state}`,
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
async function ownSourcePerson(foundation: Foundation, organisation: string, id: string) {
  const [person] = /^[0-9a-f-]{36}$/.test(id) ? await foundation.store.people.forMatching([id]) : [];
  if (!person || person.organisation !== organisation) throw new UsageError(`There is no source person ${id} of ${organisation}. npx lanyard match list --organisation ${organisation}`);
  return person;
}

export async function matchAccept(output: Output, options: MatchOptions, sourcePerson = "", staffMember = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, organisation, sourcePerson);
    if ((await foundation.store.show(staffMember))?.is !== "staff-member") throw new UsageError(`There is no staff member ${staffMember}.`);
    await foundation.store.people.decide({
      bindings: [
        {
          sourcePersonId: person.id,
          staffMemberId: staffMember,
          decision: "PERSON",
          outcome: "MATCHED",
          score: undefined,
          reasons: [{ rule: `decided: ${options.reason}` }],
          decidedBy: actor(options),
        },
      ],
      proposals: [],
      conflicts: [],
      unmatched: [],
    });
    await audit(foundation, options, "match accept", { staffMembers: [staffMember], reason: options.reason, rows: 1 });
    output.answer({ accepted: { sourcePerson, staffMember } }, () => "Linked; the records that waited are now this person's. `match unlink` takes it back.");
  });
  return undefined;
}

export async function matchRefuse(output: Output, options: MatchOptions, sourcePerson = "", staffMember = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, organisation, sourcePerson);
    await foundation.store.people.refuse(person.id, staffMember, actor(options), options.reason ?? "");
    await audit(foundation, options, "match refuse", { staffMembers: [staffMember], reason: options.reason, rows: 1 });
    output.answer({ refused: { sourcePerson, staffMember } }, () => "Noted: these two will not be linked.");
  });
  return undefined;
}

export async function matchUnlink(output: Output, options: MatchOptions, sourcePerson = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const organisation = organisationOf(options, foundation);
    const person = await ownSourcePerson(foundation, organisation, sourcePerson);
    if (!person.staffMemberId) throw new UsageError(`${sourcePerson} is not linked to anybody.`);
    await foundation.store.people.unlink(person.id, actor(options), options.reason ?? "");
    await audit(foundation, options, "match unlink", { staffMembers: [person.staffMemberId], reason: options.reason, rows: 1 });
    output.answer({ unlinked: { sourcePerson, staffMember: person.staffMemberId } }, () => "Unlinked; what was there before is restored, and this link will not come back by itself.");
  });
  return undefined;
}
