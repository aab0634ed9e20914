/** Every mutation by everybody who may not: refused, and nothing in the database has changed. Who may is written down here by hand. */
import {
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { Row } from "../group";
import { everybody } from "./callers";
import type { SweepHub } from "./hub";
import { each, Tally } from "./tally";
import { supergraph } from "./walk";

const person = ["self", "passport"];
/** Roles that may at all, by mutation; whether they may do it to this person or organisation is another question. */
const mayByRole: Readonly<Record<string, readonly string[]>> = {
  prepareAgreement: ["trust-admin"],
  signAgreement: ["hr"],
  endAgreement: ["hr"],
  approveClient: ["self"],
  revokeClient: ["self"],
  stateEngagement: ["hr"],
  endEngagement: ["hr"],
  acceptFeed: ["hr"],
  askForCopy: person,
  object: person,
  withdrawObjection: person,
  decideObjection: ["hr"],
  createShare: person,
  narrowShare: person,
  widenShare: person,
  revokeShare: person,
  answerTransfer: person,
  previewCourseMap: ["trust-admin"],
  previewCourseMapEnd: ["trust-admin"],
  applyCourseMap: ["trust-admin"],
  planReplay: ["trust-admin", "ops"],
  startReplay: ["trust-admin", "ops"],
  cancelReplay: ["trust-admin", "ops"],
  previewCodeMap: ["trust-admin"],
  previewCodeMapEnd: ["trust-admin"],
  applyCodeMap: ["trust-admin"],
  releaseHeldSnapshot: ["hr", "learning", "oh", "ops"],
  refuseHeldSnapshot: ["hr", "learning", "oh", "ops"],
  issueAccountCode: ["hr"],
  claimAccount: ["self"],
  revokeAccount: ["self", "hr"],
  decideApproval: ["information-governance", "oh", "ops"],
  askForRefusedPayload: ["ops"],
};

/** The thing itself, by its id or whole: not what says why nothing was done. */
function whatWasDone(type: GraphQLObjectType): string[] {
  const fields = Object.values(type.getFields());
  if (fields.some(({ name }) => name === "id")) return ["id"];
  return fields
    .filter(({ name, type: of }) => isObjectType(getNamedType(of)) && !/problem|errors/i.test(name))
    .map(({ name }) => `${name} { __typename }`);
}

const changed = `select (select count(*) from movement.change) + (select count(*) from staff.account_code) + (select count(*) from staff.account)
  + (select count(*) from staff.account where revoked_at is not null) + (select count(*) from ops.replay)
  + (select count(*) from ops.approval) + (select count(*) from ops.approval where decided_at is not null) as n`;

export async function mutationsOfOthers(sweep: SweepHub): Promise<Row> {
  const tally = new Tally("every mutation by every actor who may not: refused, and nothing has changed");
  const schema = supergraph();
  const id = async (text: string) => (await sweep.sql(text))[0]?.id as string;
  const things: Readonly<Record<string, string>> = {
    staffMember: sweep.population.ids.get("doctor")!,
    share: await id("select id from movement.share limit 1"),
    agreement: await id("select id from movement.sharing_agreement where reference = 'open'"),
    objection: await id("select id from movement.objection limit 1"),
    account: await id("select id from staff.account limit 1"),
    approval: await id("select id from ops.approval where act = 'subject-export' limit 1"),
    client: "passport-front-end",
  };
  const value = (name: string, type: GraphQLInputType, org: string): string => {
    if (isNonNullType(type)) return value(name, type.ofType, org);
    if (isListType(type)) return `[${value(name, type.ofType, org)}]`;
    const named = getNamedType(type);
    if (isEnumType(named)) return named.getValues()[0]!.name;
    if (isInputObjectType(named)) {
      const fields = Object.values(named.getFields()).filter((field) => isNonNullType(field.type) || field.name === "lastDay");
      return `{ ${fields.map((field) => `${field.name}: ${value(field.name, field.type, org)}`).join(", ")} }`;
    }
    if (named.name === "Float" || named.name === "Int") return "1";
    if (named.name === "Boolean") return "true";
    const known =
      things[name] ?? (/organisation|controller/.test(name) ? org : /until|on$|day|date/i.test(name) ? "2027-01-31" : undefined);
    return JSON.stringify(known ?? (named.name === "ID" ? "7c0ffee0-0000-4000-8000-00000000dead" : "sweep"));
  };
  const before = (await sweep.sql(changed))[0]!.n;
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const allowed = mayByRole[field.name];
    if (!allowed) {
      tally.tried += 1;
      tally.miss(`who may ${field.name} is not written down in acts.ts`);
      continue;
    }
    const result = getNamedType(field.type);
    const shows = isObjectType(result) ? whatWasDone(result) : [];
    await each(
      everybody(1).filter(({ role }) => !allowed.includes(role)),
      async (caller) => {
        const given = field.args
          .filter(({ type }) => isNonNullType(type))
          .map(({ name, type }) => `${name}: ${value(name, type, caller.org ?? "ZQA")}`);
        const { status, json } = await sweep.ask(
          caller,
          `mutation { ${field.name}(${given.join(", ")}) { __typename ${shows.join(" ")} } }`,
        );
        tally.tried += 1;
        // An answer may say why nothing was done, and nothing else.
        const answer = json?.data?.[field.name];
        const done = answer && (shows.length === 0 || shows.some((one) => answer[one.split(" ")[0]!] != null));
        if (status < 500 && !done) tally.refused += 1;
        else tally.leak(`${caller.name} may ${field.name}: ${status}`, `${caller.role} ${field.name}`);
      },
    );
  }
  const after = (await sweep.sql(changed))[0]!.n;
  if (after !== before) tally.leak(`refused mutations have written ${Number(after) - Number(before)} rows`);
  return tally.row();
}
