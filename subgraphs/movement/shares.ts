/** Shares: what the person opens to one organisation, narrows, widens and takes back. Whoever reads is judged by them anew each time. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { addDays } from "../../platform/clock";
import { shareableWords, wordsOf } from "../../schema/movement/record-types";
import { listShares, type ShareRow } from "../../store/movement/shares";
import { type Change, readChanges } from "../../store/movement/who";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { forbidden, wrongInput } from "../kit/refusals";
import { type ActingPerson, asPerson, changed, historyOf, lastDayOf, mayReadGrants } from "./acting";
import { ChangeShareInput, CreateShareInput, dayIn, labelsIn, organisationIn } from "./sharing-inputs";
import { Share } from "./sharing-types";
import type { ShareStateName } from "./sharing-words";
import { StaffMember } from "./types";

/** Two years: longer than any rotation, and short enough that nobody forgets what is open. */
const longestDays = 731;

@Resolver(() => StaffMember)
export class SharesOfStaffMemberResolver {
  @FieldResolver(() => [Share], {
    nullable: true,
    description: "What the person has opened to organisations, over and taken back ones included, the newest first.",
  })
  async shares(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<Share[]> {
    const { staffMember } = person.scope;
    if (!(await mayReadGrants(context, { staffMember }, person.known, "shares"))) throw forbidden("shares");
    context.trail.kinds.add("share");
    const { rows, changes } = await context.read(async (client) => {
      const found = await listShares(client, staffMember);
      return {
        rows: found,
        changes: await readChanges(
          client,
          found.map(({ id }) => id),
        ),
      };
    });
    return rows.map((row) => shareOf(context, row, changes.get(row.id)));
  }
}

@Resolver()
export class ShareMutations {
  @Mutation(() => Share, { nullable: true, description: "Opens something of the person's own record to one organisation, at once." })
  async createShare(
    @Arg("input", () => CreateShareInput, { description: "To whom, what and until when." }) input: CreateShareInput,
    @Ctx() context: RequestContext,
  ): Promise<Share> {
    const labels = labelsIn("recordTypes", input.recordTypes, shareableWords);
    const { person, by } = await asPerson(context, "share-create", "createShare", labels);
    const organisation = organisationIn(context, "organisation", input.organisation);
    const endsBefore = addDays(lastDayIn(context, input.until), 1);
    const share = { staffMember: person, organisation, labels, startsOn: context.today, endsBefore };
    return told(context, await context.environment.store.shares.create(share, by));
  }

  @Mutation(() => Share, { nullable: true, description: "Leaves less of a share, or an earlier last day, at once." })
  async narrowShare(
    @Arg("input", () => ChangeShareInput, { description: "The share and what is left of it." }) input: ChangeShareInput,
    @Ctx() context: RequestContext,
  ): Promise<Share> {
    const acting = await asPerson(context, "share-narrow", "narrowShare");
    const share = await open(context, acting, input, "narrowShare");
    const { labels, until } = extent(share, input);
    if (labels.some((label) => !share.labels.includes(label)))
      throw wrongInput("recordTypes", `some of ${wordsOf(share.labels).join(", ")}: more is widenShare`);
    if (until >= share.endsBefore)
      throw wrongInput("until", `a day until ${lastDayOf(share.endsBefore)}: a later one is widenShare`, input.until);
    return change(context, acting, share, "narrowShare", { labels, until: input.until ? until : undefined, change: "NARROWED" });
  }

  @Mutation(() => Share, {
    nullable: true,
    description: "Adds to a share, or gives it a later last day, at once; it counts as made now.",
  })
  async widenShare(
    @Arg("input", () => ChangeShareInput, { description: "The share and all that it is to open." }) input: ChangeShareInput,
    @Ctx() context: RequestContext,
  ): Promise<Share> {
    // A client widens what is in the share already, too: it counts as made now.
    const { person } = await asPerson(context, "share-narrow", "widenShare");
    const before = await context.environment.store.shares.find(input.share, person);
    const asked = input.recordTypes ? labelsIn("recordTypes", input.recordTypes, shareableWords) : [];
    const opens = [...new Set([...asked, ...((before?.labels ?? []) as typeof asked)])];
    const acting = await asPerson(context, "share-create", "widenShare", opens);
    const share = await open(context, acting, input, "widenShare");
    const { labels, until } = extent(share, input);
    if (share.labels.some((label) => !labels.includes(label as never)))
      throw wrongInput("recordTypes", `at least ${wordsOf(share.labels).join(", ")}: less is narrowShare`);
    if (until < lastDayOf(share.endsBefore)!)
      throw wrongInput("until", `a day from ${lastDayOf(share.endsBefore)} on: an earlier one is narrowShare`, input.until);
    return change(context, acting, share, "widenShare", { labels, until, change: "WIDENED" });
  }

  @Mutation(() => Share, { nullable: true, description: "Takes a share back, at once. One that is taken back is over for good." })
  async revokeShare(
    @Arg("share", () => ID, { description: "Id of the share." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Share> {
    const { person, by } = await asPerson(context, "share-revoke", "revokeShare");
    const share = await context.environment.store.shares.revoke(id, person, by);
    if (!share) throw wrongInput("share", "the id of one of the person's own shares");
    return told(context, share);
  }
}

const lastDayIn = (context: RequestContext, day: string) => dayIn("until", day, context.today, addDays(context.today, longestDays));

/** What it is to be; `until` is a last day. */
function extent(share: ShareRow, input: ChangeShareInput) {
  if (input.recordTypes == null && input.until == null) throw wrongInput("recordTypes", "what is to change: recordTypes, until or both");
  const labels = input.recordTypes ? labelsIn("recordTypes", input.recordTypes, shareableWords) : share.labels;
  return { labels, until: input.until ?? lastDayOf(share.endsBefore)! };
}

async function open(context: RequestContext, { person }: ActingPerson, input: ChangeShareInput, part: string): Promise<ShareRow> {
  const share = await context.environment.store.shares.find(input.share, person);
  if (!share || share.revokedAt) throw wrongInput("share", `the id of a share of the person's own that was not taken back (${part})`);
  if (input.until != null) lastDayIn(context, input.until);
  return share;
}

async function change(
  context: RequestContext,
  { person, by }: ActingPerson,
  share: ShareRow,
  part: string,
  to: { readonly labels: readonly string[]; readonly until: string | undefined; readonly change: "NARROWED" | "WIDENED" },
): Promise<Share> {
  const endsBefore = to.until === undefined ? share.endsBefore : addDays(to.until, 1);
  const stored = await context.environment.store.shares.change(
    share.id,
    person,
    (now) => {
      // Of two changes at once neither undoes the other: what the first one has closed stays closed.
      if (to.change === "WIDENED" && (now.labels.length !== share.labels.length || now.endsBefore !== share.endsBefore)) return undefined;
      if (to.change === "WIDENED") return { labels: to.labels, endsBefore, change: to.change, widened: true };
      const left = to.labels.filter((label) => now.labels.includes(label));
      return { labels: left, endsBefore: [endsBefore, now.endsBefore].sort()[0]!, change: to.change, widened: false };
    },
    by,
  );
  if (!stored) throw wrongInput("share", `a share that nobody has changed meanwhile (${part})`);
  return told(context, stored);
}

/** After a mutation: with its history, and on the trail. */
async function told(context: RequestContext, share: ShareRow): Promise<Share> {
  changed(context, "share", share.id);
  const changes = await context.read((client) => readChanges(client, [share.id]));
  return shareOf(context, share, changes.get(share.id));
}

export function shareStateOf({ revokedAt, endsBefore }: ShareRow, today: string): ShareStateName {
  if (revokedAt) return "REVOKED";
  return endsBefore <= today ? "EXPIRED" : "IN_FORCE";
}

function shareOf(context: RequestContext, share: ShareRow, changes: readonly Change[] | undefined): Share {
  return {
    id: share.id,
    organisation: context.organisation(share.organisation),
    recordTypes: wordsOf(share.labels),
    startsOn: share.startsOn,
    until: lastDayOf(share.endsBefore)!,
    state: shareStateOf(share, context.today),
    madeAt: share.madeAt,
    revokedAt: share.revokedAt ?? null,
    history: historyOf(changes),
  };
}
