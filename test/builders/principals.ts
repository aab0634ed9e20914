import type { Principal } from "../../access/principal";

/** Somebody with a role and nothing else: what of it counts for a test stands in the test. */
export const principal = (role: Principal["role"], more: Partial<Principal> = {}): Principal => ({
  issuer: "test",
  subject: `${role}-${more.org ?? more.person ?? ""}`,
  org: undefined,
  role,
  person: undefined,
  act: undefined,
  scope: [],
  aal: 3,
  purposes: [],
  ...more,
});
