/** The audit behind row-level security: what a session of the reading role is shown, whatever its statement asks for. */
import { type TestStore, testStore } from "../../test/builders/store";

let test: TestStore;
const hers = "00000000-0000-4000-8000-000000000001";
const his = "00000000-0000-4000-8000-000000000002";
beforeAll(async () => {
  test = await testStore();
  const event = (organisation: string, staffMembers: string[], controllers: string[]) => ({
    requestId: "r",
    operation: "Read",
    subject: "test|somebody",
    organisation,
    role: "hr",
    decision: "ALLOW" as const,
    staffMembers,
    kinds: [],
    controllers,
    counts: {},
    policyVersion: "test",
  });
  await test.store.audit([event("ZQA", [hers], ["ZQA"]), event("ZQB", [his], ["ZQB"]), event("ZQB", [hers], ["ZQA"])]);
});
afterAll(() => test.drop());

type Scope = readonly { readonly controllerOrg: string; readonly kinds: readonly string[]; readonly staffMember?: string }[];
const shown = (scope: Scope) =>
  test.store.withPrincipal({ requestId: "r", scope, what: "audit" }, async (client) => {
    const { rows } = await client.query(
      "select organisation || ' ' || array_to_string(staff_members, ',') as row from audit.event order by id",
    );
    return rows.map(({ row }) => row as string);
  });

it("a session without a scope is shown nothing", async () => {
  expect(await shown([])).toEqual([]);
});
it("a person's session is shown the rows about that person only", async () => {
  const scope = [{ controllerOrg: "", kinds: ["access-history"], staffMember: hers }];
  expect(await shown(scope)).toEqual([`ZQA ${hers}`, `ZQB ${hers}`]);
});
it("an auditor's session is shown the own organisation's chain, and what others did with its data", async () => {
  expect(await shown([{ controllerOrg: "ZQA", kinds: ["audit"] }])).toEqual([`ZQA ${hers}`, `ZQB ${hers}`]);
});
