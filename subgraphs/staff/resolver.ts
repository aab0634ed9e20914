import { Arg, Ctx, FieldResolver, GraphQLISODateTime, ID, Int, Query, Resolver, Root } from "type-graphql";
import { Assignment } from "../../schema/staff/assignment";
import { findByIdentifier, findStaffMember, listStaffMembers } from "../../store/read/find";
import { assignmentsAsOf, type StaffRow, staffPart } from "../../store/read/parts";
import { asOfSays, momentOf, validOnSays } from "../kit/as-of";
import type { RequestContext } from "../kit/context";
import { cursorOf, keyOf, pageInfo, pageSize, uuidPattern } from "../kit/paging";
import { Mask } from "../kit/records";
import { badInput, forbidden } from "../kit/refusals";
import { assignmentsOf, mayFindBy, type StaffRecord, staffRecord } from "./record";
import { IdentifierScheme, StaffMember, StaffMemberConnection } from "./types";

/** Schemes that mean something beyond one organisation. */
const national: ReadonlySet<string> = new Set(["GMC", "NMC", "GDC", "GPHC", "HCPC", "NHS_CRS_UUID"]);

/** Nobody's id: asked for where there is nobody, so that "not there" takes the same statements as "not for you". */
const nobody = "00000000-0000-0000-0000-000000000000";
const odsCode = /^[A-Za-z0-9]{1,12}$/;
/** People judged in one statement while a page is filled. */
const listBatch = 200;

/** null when there is nobody, and when there is somebody whom the caller may not see. */
export async function loadStaffMember(id: string, context: RequestContext): Promise<StaffRecord | null> {
  const person = await context.person(id);
  if (!person) return null;
  const row = await context.part<StaffRow>("staff", staffPart, ["R1", "R1s", "R2"], person);
  return staffRecord(context, person, row);
}

@Resolver()
export class StaffResolver {
  @Query(() => StaffMember, { nullable: true, description: "One staff member by id; null when there is none, or none for this caller." })
  async staffMember(
    @Arg("id", () => ID, { description: "Id of the staff member; ids from before a merge still resolve." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<StaffRecord | null> {
    if (!uuidPattern.test(id)) return null;
    const found = await context.read((client) => findStaffMember(client, id));
    return loadStaffMember(found ?? nobody, context);
  }

  @Query(() => StaffMember, {
    nullable: true,
    description: "One staff member by an identifier; null when nobody, more than one, or nobody for this caller has it.",
  })
  async staffMemberByIdentifier(
    @Arg("scheme", () => IdentifierScheme, { description: "Kind of identifier." }) scheme: IdentifierScheme,
    @Arg("value", () => String, { description: "The identifier." }) value: string,
    @Arg("organisation", () => String, {
      nullable: true,
      description: "ODS code of the organisation in whose systems it stands; needed for schemes that mean nothing beyond one employer.",
    })
    organisation: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<StaffRecord | null> {
    if (organisation == null && !national.has(scheme)) throw badInput(`organisation is needed with ${scheme}`);
    if (organisation != null && !odsCode.test(organisation)) throw badInput("organisation must be an ODS code");
    if (value.length === 0 || value.length > 200) throw badInput("value must have 1 to 200 characters");
    const index = context.environment.identifiers.indexOf(scheme, value);
    const known = await context.read((client) => findByIdentifier(client, scheme, index, organisation ?? undefined));
    const visible = await context.visible([...known.map((it) => it.id), nobody]);
    const scopes = new Map(visible.map(({ scope }) => [scope.staffMember, scope]));
    const found = new Set<string>();
    for (const it of known) {
      const scope = scopes.get(it.id);
      if (scope && mayFindBy(scope, scheme, it)) found.add(it.id);
    }
    // Two people with one identifier are a conflict: then it names nobody.
    const [only] = found;
    return only !== undefined && found.size === 1 ? loadStaffMember(only, context) : null;
  }

  @Query(() => StaffMemberConnection, { nullable: true, description: "Staff members of the caller's own organisation." })
  async staffMembers(
    @Arg("organisation", () => String, { description: "ODS code of the caller's organisation." }) organisation: string,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<StaffMemberConnection> {
    if (!(await context.may("list-staff", { controllerOrg: organisation }))) throw forbidden("staffMembers");
    const size = pageSize(first);
    const shown: string[] = [];
    let key = keyOf(after, uuidPattern);
    // Until the page is full: neither gaps nor cursors tell how many there are whom the caller may not see.
    for (let limit = size + 1; shown.length <= size; limit = listBatch) {
      const ids = await context.read((client) => listStaffMembers(client, organisation, key, limit));
      shown.push(...(await context.visible(ids)).map(({ scope }) => scope.staffMember));
      if (ids.length < limit) break;
      key = ids[ids.length - 1];
    }
    const records = await Promise.all(shown.slice(0, size).map((id) => loadStaffMember(id, context)));
    const edges = records.flatMap((node) => (node ? [{ cursor: cursorOf(node.id), node }] : []));
    return {
      edges,
      pageInfo: pageInfo(
        edges.map((edge) => edge.cursor),
        shown.length > size,
      ),
    };
  }

  @Query(() => StaffMember, { nullable: true, description: "The caller's own record; null for callers who are not staff members." })
  async me(@Ctx() context: RequestContext): Promise<StaffRecord | null> {
    const { person } = await context.principal();
    return person === undefined ? null : loadStaffMember(person, context);
  }
}

const statements = { name: "assignments", now: staffPart, past: assignmentsAsOf };

@Resolver(() => StaffMember)
export class AssignmentsOfStaffMemberResolver {
  @FieldResolver(() => [Assignment], { nullable: true, description: "Posts held, past and planned ones included." })
  async assignments(
    @Root() root: StaffRecord,
    @Arg("asOf", () => GraphQLISODateTime, { nullable: true, description: `${asOfSays} The position is not told then.` })
    asOf: Date | null | undefined,
    @Arg("validOn", () => String, { nullable: true, description: validOnSays }) validOn: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<StaffRecord["assignments"]> {
    if (asOf == null && validOn == null) return root.assignments;
    const person = await context.person(root.id);
    if (!person) return null;
    const row = await context.partAt<Pick<StaffRow, "staffMember" | "assignment">>(
      statements,
      ["R1", "R1s", "R2"],
      person,
      momentOf(context, asOf, validOn),
    );
    return assignmentsOf(context, person.scope, new Mask(context, person.scope), row?.assignment);
  }
}
