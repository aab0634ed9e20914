/** The audit as it is read: by the person whose record was looked at, and by the auditor of an organisation. */
import { Arg, Ctx, FieldResolver, GraphQLISODateTime, Int, Query, Resolver, Root } from "type-graphql";
import { decide } from "../../access/decide";
import { idsOf, readAccessHistory, readAuditEvents } from "../../store/read/audit";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { keyOf, pageOf, pageSize } from "../kit/paging";
import { badInput, forbidden } from "../kit/refusals";
import { AccessEventConnection, AuditEventConnection } from "./audit-types";
import { StaffMember } from "./trace-resolver";

const byKey = ({ key }: { readonly key: string }) => key;
const row = /^\d{1,19}$/;
const dayMs = 86_400_000;
/** Unless asked otherwise, and at most: what is older is asked for month by month. */
const usualDays = 31;
const mostDays = 366;
const endOfTime = new Date("9999-01-01T00:00:00Z");

@Resolver(() => StaffMember)
export class AccessHistoryResolver {
  @FieldResolver(() => AccessEventConnection, {
    nullable: true,
    description:
      "Who looked at this person's record, and who tried: for the person, and a front-end acting for the person. What the hub's own work told others stands there too.",
  })
  async accessHistory(
    @Root() { person }: { readonly person: VisiblePerson },
    @Ctx() context: RequestContext,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
    @Arg("own", () => Boolean, { defaultValue: false, description: "Also the person's own looks." }) own: boolean,
  ): Promise<AccessEventConnection> {
    const { staffMember, facts } = person.known;
    // Whose audit it is, is the person's own matter here: a tenant's auditor asks for the organisation's instead.
    const target = { label: "R10", controllerOrg: undefined, staffMember } as const;
    if (decide(await context.principal(), "read", target, facts, context.now).effect !== "allow") throw forbidden("accessHistory");
    const size = pageSize(first);
    const before = keyOf(after, row);
    context.trail.kinds.add("audit");
    const ids = await context.read((client) => idsOf(client, staffMember));
    const scope = ids.map((id) => ({ controllerOrg: "", kinds: ["access-history"], staffMember: id }));
    const rows = await context.read((client) => readAccessHistory(client, { ids, own, before, limit: size + 1 }), scope, "audit");
    return pageOf(rows, size, byKey, ({ organisation, ...one }) => ({
      ...one,
      organisation: organisation ? context.organisation(organisation) : null,
    }));
  }
}

@Resolver()
export class AuditEventsResolver {
  @Query(() => AuditEventConnection, {
    nullable: true,
    description: "The audit of an organisation, the newest first: for its auditor. What its people did, and what others did with its data.",
  })
  async auditEvents(
    @Ctx() context: RequestContext,
    @Arg("organisation", () => String, { description: "ODS code; the auditor's own." }) organisation: string,
    @Arg("from", () => GraphQLISODateTime, { nullable: true, description: "First instant; default: 31 days before the end." }) from:
      | Date
      | undefined,
    @Arg("to", () => GraphQLISODateTime, { nullable: true, description: "Instant before which; default: now." }) to: Date | undefined,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<AuditEventConnection> {
    if (!(await context.may("read", { label: "R10", controllerOrg: organisation, staffMember: undefined }))) throw forbidden("auditEvents");
    const size = pageSize(first);
    const before = keyOf(after, row);
    const end = to ?? context.now;
    const since = from ?? new Date(end.getTime() - usualDays * dayMs);
    if (to && since >= to) throw badInput("from must be before to");
    if (end.getTime() - since.getTime() > mostDays * dayMs) throw badInput(`from and to are at most ${mostDays} days apart`);
    // The rows are dated by the database, whose clock may be ahead of ours: up to now is up to the last of them.
    const until = to ?? endOfTime;
    context.trail.kinds.add("audit");
    context.trail.controllers.add(organisation);
    const rows = await context.read(
      (client) => readAuditEvents(client, { organisation, from: since, to: until, before, limit: size + 1 }),
      [{ controllerOrg: organisation, kinds: ["audit"] }],
      "audit",
    );
    return pageOf(rows, size, byKey, (one) => ({ ...one, organisation: one.organisation ? context.organisation(one.organisation) : null }));
  }
}
