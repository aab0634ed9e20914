import { Arg, Ctx, ID, Int, Query, Resolver } from "type-graphql";
import { findByIdentifier, findStaffMember, listStaffMembers } from "../../store/read/find";
import { type StaffRow, staffPart } from "../../store/read/parts";
import type { RequestContext } from "../kit/context";
import { cursorOf, keyOf, pageInfo, pageSize, uuidPattern } from "../kit/paging";
import { badInput, forbidden } from "../kit/refusals";
import { type StaffRecord, staffRecord } from "./record";
import { IdentifierScheme, StaffMember, StaffMemberConnection } from "./types";

/** Schemes that mean something beyond one organisation. */
const national: ReadonlySet<string> = new Set(["GMC", "NMC", "GDC", "GPHC", "HCPC", "NHS_CRS_UUID"]);

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
    return found ? loadStaffMember(found, context) : null;
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
    organisation: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<StaffRecord | null> {
    if (organisation === undefined && !national.has(scheme)) throw badInput(`organisation is needed with ${scheme}`);
    if (value.length === 0 || value.length > 200) throw badInput("value must have 1 to 200 characters");
    const index = context.environment.identifiers.indexOf(scheme, value);
    const found = await context.read((client) => findByIdentifier(client, scheme, index, organisation));
    return found ? loadStaffMember(found, context) : null;
  }

  @Query(() => StaffMemberConnection, { nullable: true, description: "Staff members of the caller's own organisation." })
  async staffMembers(
    @Arg("organisation", () => String, { description: "ODS code of the caller's organisation." }) organisation: string,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<StaffMemberConnection> {
    const principal = await context.principal();
    // A front-end knows one person: it never lists people. Nor does anybody list another organisation's.
    if (principal.org === undefined || principal.org !== organisation || principal.role === "self" || principal.role === "passport") {
      throw forbidden("staffMembers");
    }
    const size = pageSize(first);
    const ids = await context.read((client) => listStaffMembers(client, organisation, keyOf(after, uuidPattern), size + 1));
    const page = ids.slice(0, size);
    const records = await Promise.all(page.map((id) => loadStaffMember(id, context)));
    const edges = records.flatMap((node) => (node ? [{ cursor: cursorOf(node.id), node }] : []));
    // The end of the page read, not of those shown: people whom the caller may not see must not stop the paging.
    const end = page[page.length - 1];
    const info = pageInfo(
      edges.map((edge) => edge.cursor),
      ids.length > size,
    );
    return { edges, pageInfo: end === undefined ? info : { ...info, endCursor: cursorOf(end) } };
  }

  @Query(() => StaffMember, { nullable: true, description: "The caller's own record; null for callers who are not staff members." })
  async me(@Ctx() context: RequestContext): Promise<StaffRecord | null> {
    const { person } = await context.principal();
    return person === undefined ? null : loadStaffMember(person, context);
  }
}
