import { randomUUID } from "node:crypto";
import { type TestStore, testStore } from "../test/builders/store";
import { frozenAmong, type Login } from "./accounts";
import { findAccount, loadPeople } from "./facts";

let test: TestStore;
beforeAll(async () => {
  test = await testStore();
});
afterAll(() => test.drop());

const now = new Date("2026-11-22T09:00:00Z");
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
let count = 0;
const login = (kind: Login["kind"] = "person"): Login => ({ issuer: "https://login.example", subject: `subject-${++count}`, kind });

async function person(uuid?: string, organisation = "ZQA", birthDate = "1990-05-17", system = "esr", staffMember?: string) {
  const id = staffMember ?? randomUUID();
  const source = randomUUID();
  if (!staffMember) await test.rows("insert into staff.staff_member (id) values ($1)", [id]);
  await test.rows(
    `insert into staff.source_person (id, connection_id, controller_org, source_key, system, birth_date, state, staff_member_id)
       values ($1, 'zqa-esr', $2, $3, $4, $5, 'BOUND', $6)`,
    [source, organisation, source, system, birthDate, id],
  );
  if (uuid)
    await test.rows("insert into staff.identifier (source_person_id, scheme, value_index, value) values ($1, 'NHS_CRS_UUID', $2, $2)", [
      source,
      uuid,
    ]);
  return id;
}
const accounts = () => test.store.accounts;
const issue = async (staffMember: string, at = now) =>
  (await accounts().issueCode({ staffMember, organisation: "ZQA", by: "hr", now: at })).code;
const claim = (of: Login, code: string, birthDate = "1990-05-17", at = now) => accounts().claimByCode(of, { code, birthDate, now: at });
const bound = (of: Login) => findAccount(test.store.pool as never, of.issuer, of.subject);
const frozen = (...ids: string[]) => frozenAmong(test.store.pool as never, ids);
const refusedAs = (code: string) => expect.objectContaining({ code });

describe("by the UUID of ESR", () => {
  it("is recorded once, for the one person who has it in ESR", async () => {
    const id = await person("555036632103");
    const mine = login("staff");
    const account = await accounts().claimByUuid(mine, "555036632103");
    expect(account).toMatchObject({ ...mine, staffMember: id, controllerOrg: "ZQA", how: "CRS_UUID", state: "ACTIVE" });
    expect(await accounts().claimByUuid(mine, "555036632103")).toMatchObject({ id: account!.id });
    expect(await bound(mine)).toBe(id);
  });
  it("names nobody when two people have it, when nobody has, or when only another system says so", async () => {
    await person("555036632999");
    await person("555036632999");
    await person("555036632888", "ZQA", "1990-05-17", "oh");
    for (const uuid of ["555036632999", "555036632888", "555036632777"])
      expect(await accounts().claimByUuid(login("staff"), uuid)).toBeUndefined();
  });
  it("does not come back by itself once it was revoked", async () => {
    await person("555036632111");
    const mine = login("staff");
    const account = await accounts().claimByUuid(mine, "555036632111");
    await accounts().revoke({ id: account!.id, by: "hr", reason: "left", now });
    expect(await accounts().claimByUuid(mine, "555036632111")).toBeUndefined();
    expect(await bound(mine)).toBeUndefined();
  });
});

describe("by a code of HR", () => {
  it("needs the code, typed as people type it, and the date of birth that the employer's ESR holds", async () => {
    const id = await person();
    const mine = login();
    const code = await issue(id);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    expect(await claim(mine, typed)).toMatchObject({ staffMember: id, how: "CODE", controllerOrg: "ZQA" });
    expect(await bound(mine)).toBe(id);
  });
  it("keeps no code that could be read back", async () => {
    const code = await issue(await person());
    const [{ text }] = (await test.rows("select string_agg(to_jsonb(c)::text, '') as text from staff.account_code c")) as [any];
    for (const form of [code, code.replaceAll("-", "")]) expect(text).not.toContain(form);
  });
  it("gives one and the same refusal for a wrong code, a wrong date, a used, an old and a replaced code", async () => {
    const id = await person();
    const used = await issue(id);
    await claim(login(), used);
    const replaced = await issue(await person());
    const other = await person();
    const first = await issue(other);
    await issue(other);
    const attempts = [
      claim(login(), "AAAA-AAAA-AAAA"),
      claim(login(), await issue(await person()), "1990-05-18"),
      claim(login(), used),
      claim(login(), replaced, "1990-05-17", later(73)),
      claim(login(), first),
      claim(login(), await issue(await person(undefined, "ZQB"))),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt.status).toBe("rejected");
      const { code, detail, message } = (attempt as PromiseRejectedResult).reason;
      expect({ code, detail, message }).toEqual({ code: "ACCOUNT_CODE_REFUSED", detail: {}, message: "ACCOUNT_CODE_REFUSED" });
    }
  });
  it("works once, also when it is used twice at the same moment", async () => {
    const code = await issue(await person());
    const both = await Promise.allSettled([claim(login(), code), claim(login(), code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
  it("is spent after five wrong dates of birth, whoever tries them", async () => {
    const code = await issue(await person());
    for (let at = 0; at < 5; at++) await expect(claim(login(), code, "1970-01-01")).rejects.toEqual(refusedAs("ACCOUNT_CODE_REFUSED"));
    await expect(claim(login(), code)).rejects.toEqual(refusedAs("ACCOUNT_CODE_REFUSED"));
  });
  it("takes nothing of a login for an hour after five attempts, side by side too; then again", async () => {
    const id = await person();
    const mine = login();
    const code = await issue(id);
    await Promise.allSettled(Array.from({ length: 5 }, () => claim(mine, "AAAA-AAAA-AAAA")));
    await expect(claim(mine, code)).rejects.toEqual(refusedAs("ACCOUNT_CODE_REFUSED"));
    expect(await claim(mine, code, "1990-05-17", later(1.5))).toMatchObject({ staffMember: id });
  });
  it("does not move a login from one record to another", async () => {
    const mine = login();
    await claim(mine, await issue(await person()));
    await expect(claim(mine, await issue(await person()))).rejects.toEqual(refusedAs("ACCOUNT_TAKEN"));
  });
});

describe("two logins on one record", () => {
  it("freeze each other when they are of one kind, and the one that HR leaves works again", async () => {
    const id = await person("555036632222");
    const one = await claim(login("staff"), await issue(id));
    expect(await frozen(id)).toEqual([]);
    const two = await accounts().claimByUuid(login("staff"), "555036632222");
    expect(await frozen(id, await person())).toEqual([id]);
    expect((await accounts().list({ staffMember: id })).map(({ state }) => state)).toEqual(["FROZEN", "FROZEN"]);
    const [known] = await loadPeople(test.store.pool as never, [id]);
    expect(known!.facts.frozen).toEqual([id]);
    expect(await accounts().revoke({ id: two!.id, by: "hr", reason: "not hers", now })).toMatchObject({
      state: "REVOKED",
      revokedBy: "hr",
      revokeReason: "not hers",
    });
    expect(await accounts().revoke({ id: two!.id, by: "hr", reason: "again", now })).toBeUndefined();
    expect(await accounts().find(one.id)).toMatchObject({ state: "ACTIVE" });
    expect(await frozen(id)).toEqual([]);
    expect(await accounts().list({ staffMember: id })).toHaveLength(2);
  });
  it("of different kinds stand side by side", async () => {
    const id = await person();
    await claim(login("staff"), await issue(id));
    await claim(login("person"), await issue(id));
    expect(await frozen(id)).toEqual([]);
  });
  it("freeze each other when a merge brings their records together", async () => {
    const [id, other] = [await person(), await person()];
    await claim(login(), await issue(id));
    const second = login();
    await claim(second, await issue(other));
    await test.rows("update staff.staff_member set merged_into = $1 where id = $2", [id, other]);
    expect(await frozen(id)).toEqual([id]);
    expect(await bound(second)).toBe(id);
    expect((await accounts().list({ organisation: "ZQA" })).filter((it) => it.staffMember === id).map(({ state }) => state)).toEqual([
      "FROZEN",
      "FROZEN",
    ]);
  });
});

describe("what a client asserts", () => {
  it("counts once, side by side too; another client's is another one, and what has expired is forgotten", async () => {
    const { tokenIssuing } = test.store;
    const use = (client: string, jti: string, at = now) => tokenIssuing.firstUse(client, jti, new Date(at.getTime() + 300_000), at);
    expect((await Promise.all(Array.from({ length: 6 }, () => use("a", "one")))).filter(Boolean)).toHaveLength(1);
    expect(await use("b", "one")).toBe(true);
    expect(await use("a", "two")).toBe(true);
    await use("a", "three", later(1));
    expect(await test.rows("select client_id from ops.client_assertion")).toHaveLength(1);
  });
});
