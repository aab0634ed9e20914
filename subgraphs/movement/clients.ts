/** Clients that a person lets act for the person: approved and taken back by the person alone, never by a client. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { labelsOf, wordsOf } from "../../schema/movement/record-types";
import { listClientApprovals, type ClientApproval as Row } from "../../store/movement/client-approvals";
import { type Change, readChanges } from "../../store/movement/who";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { forbidden, wrongInput } from "../kit/refusals";
import { asPerson, changed, historyOf, mayReadGrants } from "./acting";
import { ApproveClientInput } from "./sharing-inputs";
import { ClientApproval } from "./sharing-types";
import { StaffMember } from "./types";

@Resolver(() => StaffMember)
export class ClientsOfStaffMemberResolver {
  @FieldResolver(() => [ClientApproval], {
    nullable: true,
    description: "Clients that the person lets act, or has let act, the newest approval first.",
  })
  async clients(@Root() { person }: { readonly person: VisiblePerson }, @Ctx() context: RequestContext): Promise<ClientApproval[]> {
    const { staffMember } = person.scope;
    if (!(await mayReadGrants(context, { staffMember }, person.known, "clients"))) throw forbidden("clients");
    context.trail.kinds.add("client-approval");
    const { rows, changes } = await context.read(async (client) => {
      const found = await listClientApprovals(client, staffMember);
      return {
        rows: found,
        changes: await readChanges(
          client,
          found.map(({ id }) => id),
        ),
      };
    });
    return rows.map((row) => approvalOf(row, changes.get(row.id)));
  }
}

@Resolver()
export class ClientMutations {
  @Mutation(() => ClientApproval, {
    nullable: true,
    description: "Lets a registered client act for the person; it takes the place of what was approved of it before.",
  })
  async approveClient(
    @Arg("input", () => ApproveClientInput, { description: "The client, and what it may see and do." }) input: ApproveClientInput,
    @Ctx() context: RequestContext,
  ): Promise<ClientApproval> {
    const labels = labelsOf(input.recordTypes);
    const { person, by } = await asPerson(context, "approve-client", "approveClient", labels);
    if (labels.length === 0) throw wrongInput("recordTypes", "one or more parts of the record", "nothing");
    const { clients, store } = context.environment;
    const registered = clients?.find(({ id }) => id === input.client);
    if (!registered) throw wrongInput("client", "the id of a registered client", input.client);
    const beyond = labels.filter((label) => !registered.labels.includes(label));
    if (beyond.length > 0) throw wrongInput("recordTypes", "what the client is registered for", wordsOf(beyond)[0]);
    const row = await store.clientApprovals.approve({ staffMember: person, client: input.client, labels, startsOn: context.today }, by);
    return told(context, row);
  }

  @Mutation(() => ClientApproval, { nullable: true, description: "Takes the approval of a client back, at once." })
  async revokeClient(
    @Arg("client", () => String, { description: "Id of the client." }) client: string,
    @Ctx() context: RequestContext,
  ): Promise<ClientApproval> {
    const { person, by } = await asPerson(context, "revoke-client", "revokeClient");
    const row = await context.environment.store.clientApprovals.revoke(person, client, by);
    if (!row) throw wrongInput("client", "a client that the person lets act", client);
    return told(context, row);
  }
}

async function told(context: RequestContext, row: Row): Promise<ClientApproval> {
  changed(context, "client-approval", row.id);
  const changes = await context.read((client) => readChanges(client, [row.id]));
  return approvalOf(row, changes.get(row.id));
}

function approvalOf(row: Row, changes: readonly Change[] | undefined): ClientApproval {
  return {
    client: row.client,
    recordTypes: wordsOf(row.labels),
    startsOn: row.startsOn,
    revokedAt: row.revokedAt ?? null,
    history: historyOf(changes),
  };
}
