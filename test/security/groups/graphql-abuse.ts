/** Costly, deep, endless and malformed operations over real HTTP: refused with a 4xx of the list, before anything is read. */
import { limits, registered } from "../../../gateway/operations/registered";
import { abuses, introspections, nearMisses } from "../corpora/graphql";
import { type DoorAnswer, doorWorld, type OpenDoor } from "../door-world";
import type { Row, SecurityGroup } from "../group";

const codes = new Set([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "FORBIDDEN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "INVALID_GRAPHQL",
  "OPERATION_NOT_REGISTERED",
  "OPERATION_RESOLUTION_FAILURE",
  "OPERATION_TOO_COSTLY",
  "TOO_MANY_REQUESTS",
]);
/** Of one refusal on a busy machine: an attack is one that takes many times as long. */
const longestMs = 3_000;

/** A value that only the resolver knows to be none (a page of 101): nothing is shown, and the code says whose fault it is. */
function isResolversRefusal({ status, json, ms }: DoorAnswer): boolean {
  if (status !== 200 || ms > longestMs || !json?.data || !json.errors?.length) return false;
  const nothing = Object.values(json.data).every((value) => value === null);
  return nothing && json.errors.every((error: any) => ["BAD_USER_INPUT", "FORBIDDEN"].includes(error.extensions?.code));
}

/** What of a refusal is not as it must be; undefined when it is. */
function wrongWith(answer: DoorAnswer): string | undefined {
  if (isResolversRefusal(answer)) return undefined;
  if (answer.status < 400 || answer.status > 499) return `status ${answer.status}`;
  if (answer.json?.data !== undefined && answer.json.data !== null) return "data";
  const errors = answer.json?.errors as { message?: unknown; extensions?: { code?: string } }[] | undefined;
  if (!errors?.length) return "no error";
  const foreign = errors.find(({ extensions }) => !codes.has(extensions?.code ?? ""));
  if (foreign) return `code ${foreign.extensions?.code}`;
  if (/node_modules|\bat \w+ \(|\.[jt]s:\d+/.test(answer.text)) return "a stack trace";
  if (answer.text.length > 200_000) return `${answer.text.length} bytes`;
  if (answer.ms > longestMs) return `${Math.round(answer.ms)} ms`;
  return undefined;
}

async function refusing(check: string, door: OpenDoor, bodies: readonly { name: string; body: unknown }[]): Promise<Row> {
  let refused = 0;
  let leaked = 0;
  let missed = 0;
  const examples: string[] = [];
  for (const { name, body } of bodies) {
    const answer = await door.post(body);
    const wrong = wrongWith(answer);
    if (wrong === undefined) refused += 1;
    else {
      if (answer.status === 200 && answer.json?.data) leaked += 1;
      else missed += 1;
      if (examples.length < 12) examples.push(`${name}: ${wrong}: ${answer.text.slice(0, 160)}`);
    }
  }
  return { check, tried: bodies.length, refused, leaked, missed, examples };
}

export const group: SecurityGroup = {
  what: "operations beyond the limits, and those nobody registered, are refused with a 4xx of the list before anything is read",
  async run({ note }) {
    const doors = await doorWorld();
    try {
      const rows: Row[] = [];
      const open = await doors.open();
      const all = abuses();
      for (const kind of new Set(all.map((one) => one.kind))) {
        rows.push(
          await refusing(
            kind,
            open,
            all.filter((one) => one.kind === kind),
          ),
        );
        note(kind);
      }
      const production = await doors.open({ introspection: false });
      const asText = (texts: readonly string[]) => texts.map((query) => ({ name: query, body: { query } }));
      rows.push(await refusing("the same, where only registered operations are answered", production, all));
      rows.push(await refusing("introspection in production", production, asText(introspections)));
      const bare = await doors.open({ introspection: false, registeredOnly: false });
      rows.push(await refusing("introspection where it is off and nothing is registered", bare, asText(introspections)));
      rows.push(await silent(bare));
      rows.push(await answered(production, doors.cast.doctor));
      rows.push(await hanging(doors));
      return rows;
    } finally {
      await doors.close();
    }
  },
};

/** Nearly the right name: told that it is wrong, never which would be right. */
async function silent(door: OpenDoor): Promise<Row> {
  let refused = 0;
  const examples: string[] = [];
  for (const query of nearMisses) {
    const { text } = await door.post({ query });
    if (/did you mean|suggest/i.test(text)) examples.push(`${query}: ${text.slice(0, 160)}`);
    else refused += 1;
  }
  return {
    check: "suggestions of names in production",
    tried: nearMisses.length,
    refused,
    leaked: nearMisses.length - refused,
    missed: 0,
    examples,
  };
}

const nobody = "00000000-0000-4000-8000-000000000000";
/** For operations that change something: of things that are not there, so that nothing is changed. */
const inputs: Readonly<Record<string, object>> = {
  PassportCreateShare: { organisation: "ZQB", recordTypes: ["TRAINING"], until: "2020-01-01" },
  PassportNarrowShare: { share: nobody, until: "2020-01-01" },
  PassportWidenShare: { share: nobody, until: "2020-01-01" },
  PassportObject: { recordTypes: [] },
  PassportAnswerTransfer: { organisation: "ZQX", answer: "NO" },
  PassportApproveClient: { client: "nobody", recordTypes: ["TRAINING"] },
  PassportClaimAccount: { code: "none", birthDate: "1900-01-01" },
  PassportRevokeAccount: { account: nobody, reason: "a test" },
};
const things = { share: nobody, objection: nobody, client: "nobody" };

/** What is registered is answered, by text and by hash, or a gateway that refuses everything would pass. */
async function answered(door: OpenDoor, doctor: string): Promise<Row> {
  let missed = 0;
  let leaked = 0;
  const examples: string[] = [];
  const mine = registered.filter(({ frontEnd }) => frontEnd === "passport");
  const others = registered.filter(({ frontEnd }) => frontEnd !== "passport");
  const by = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
  for (const { document, hash, name } of mine) {
    const variables = { organisation: "ZQA", startsOn: "2026-12-02", ...things, input: inputs[name] };
    // What asks for a thing that is not there was answered when it was run: what the door refuses has no data.
    const isOfAThing = /\$(input|share|objection|client)\b/.test(document);
    for (const body of [
      { query: document, variables },
      { ...by(hash), variables },
    ]) {
      const answer = await door.post(body, { as: "self", staff: doctor });
      const roots = Object.values(answer.json?.data ?? {});
      if (answer.status === 200 && roots.length > 0 && (isOfAThing || roots.every((root) => root !== null))) continue;
      missed += 1;
      examples.push(`${name}: ${answer.text.slice(0, 160)}`);
    }
  }
  for (const { document, hash, name } of others) {
    for (const body of [{ query: document }, by(hash)]) {
      const answer = await door.post(body, { as: "self", staff: doctor });
      if (answer.json?.errors?.[0]?.extensions?.code === "OPERATION_NOT_REGISTERED") continue;
      leaked += 1;
      examples.push(`${name} of another front-end: ${answer.text.slice(0, 160)}`);
    }
  }
  const tried = 2 * registered.length;
  return {
    check: "registered operations: one's own answered, those of other front-ends not",
    tried,
    refused: tried - 2 * mine.length - leaked,
    leaked,
    missed,
    examples,
  };
}

/** Work for others while somebody attacks: an ordinary question is answered in its time. */
async function hanging(doors: Awaited<ReturnType<typeof doorWorld>>): Promise<Row> {
  const door = await doors.open({
    rates: { requests: { burst: 20, perSecond: 1 }, cost: { burst: limits.cost, perSecond: 100 }, clientTimes: 2 },
  });
  const query = "{ me { id } }";
  let refused = 0;
  let waits = 0;
  const tried = 60;
  for (let n = 0; n < tried; n += 1) {
    const answer = await door.post({ query }, { as: "hr", organisation: "ZQA" });
    if (answer.status !== 429) continue;
    refused += 1;
    if (Number(answer.headers.get("retry-after")) >= 1) waits += 1;
  }
  const other = await door.post({ query });
  const missed = (refused > 0 && waits === refused ? 0 : 1) + (other.status === 200 ? 0 : 1);
  return {
    check: "one caller's flood: 429 with Retry-After, and another caller is answered",
    tried,
    refused,
    leaked: refused < 20 ? 1 : 0,
    missed,
  };
}
