/** Ids, names, times, and what a record may hold. */
import { isDeepStrictEqual } from "node:util";
import { type Check, fail, pass, skip } from "../contract";
import { keyOf, readAll } from "../reading";

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const day = /^\d{4}-\d\d-\d\d$/;
const neverEnters = /nhs_?(number|no)$|salary|^pay|ethnic|disab|absence|sickness/i;
/** The vendor's clock may be so far ahead of ours. */
const clockToleranceMs = 60 * 60_000;
/** UTF-8 read as Latin-1 or Windows-1252, or the sign for what could not be read. */
const garbled = /\ufffd|[\u0080-\u009f]|\u00c3[\u0080-\u00bf\u0192\u201a]|\u00e2\u20ac/;

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

const strangers = { strangerField: "CANARY", nhsNumber: "CANARY", salary: "CANARY", ethnicity: "CANARY" };
function withStrangers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStrangers);
  if (typeof value !== "object" || value === null) return value;
  return { ...Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withStrangers(part)])), ...strangers };
}

function fieldsOf(value: unknown, into: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const one of value) fieldsOf(one, into);
  else if (typeof value === "object" && value !== null)
    for (const [key, part] of Object.entries(value)) {
      into.add(key);
      fieldsOf(part, into);
    }
  return into;
}

const isInstant = (text: string) => instant.test(text) && !Number.isNaN(Date.parse(text));
const isDay = (text: string) => day.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

export const data: readonly Check[] = [
  {
    id: "id-once",
    level: "must",
    owes: "Within one reading an id means one record: told twice, it says the same or has another version.",
    cure: "Vendor: an id is never given twice. Connector: the id must name the record, not its place in a list.",
    async run({ baseline }) {
      const seen = new Map<string, string>();
      let doubled = 0;
      for (const record of (await baseline()).records) {
        const key = `${keyOf(record)}|${JSON.stringify(record.sourceVersion ?? null)}|${record.withdrawn === true}`;
        const said = JSON.stringify([record.claim?.personKey, record.facts]);
        const before = seen.get(key);
        if (before !== undefined && before !== said) doubled += 1;
        seen.set(key, said);
      }
      return doubled === 0 ? pass : fail(`${doubled} ids stand for two different records`);
    },
  },
  {
    id: "id-stays",
    level: "must",
    owes: "An id names the same person's record in every reading.",
    cure: "Vendor: an id of a removed record is never given to another. Connector: build the id from what does not change.",
    async run({ subject, baseline }) {
      const persons = new Map<string, string | undefined>();
      for (const record of (await baseline()).records) persons.set(keyOf(record), record.claim?.personKey);
      const again = await readAll(subject, subject.open());
      if (again.error) throw again.error;
      const moved = again.records.filter((record) => persons.has(keyOf(record)) && persons.get(keyOf(record)) !== record.claim?.personKey);
      return moved.length === 0 ? pass : fail(`${moved.length} ids named somebody else the second time`);
    },
  },
  {
    id: "ids-usable",
    level: "must",
    owes: "Every record has an id that can be stored, and every record about somebody says about whom.",
    cure: "Vendor: send an id with every record, and the person's key with it.",
    async run({ baseline }) {
      const { records } = await baseline();
      const poor = records.filter(
        ({ sourceId, claim }) => sourceId === "" || sourceId.length > 500 || sourceId.includes("\u0000") || claim?.personKey === "",
      );
      return poor.length === 0 ? pass : fail(`${poor.length} records`);
    },
  },
  {
    id: "normalise-pure",
    level: "must",
    owes: "The same vendor record gives the same facts for ever, and is not touched.",
    cure: "Whoever keeps the connector: no clock, no chance, no memory in `normalise`.",
    async run({ subject, baseline }) {
      const context = frozen({
        settings: subject.settings,
        organisations: subject.organisations.map(({ odsCode, vpd }) => ({ odsCode, vpd })),
      });
      const maps = { version: "contract", coursesToCompetences: () => undefined, codes: () => undefined };
      let differing = 0;
      for (const { raw } of (await baseline()).raws) {
        const given = { ...context, maps };
        const first = subject.connector.normalise(frozen(structuredClone(raw)), given);
        const second = subject.connector.normalise(frozen(structuredClone(raw)), given);
        if (!isDeepStrictEqual(JSON.parse(JSON.stringify(first)), JSON.parse(JSON.stringify(second)))) differing += 1;
      }
      return differing === 0 ? pass : fail(`${differing} vendor records gave two different answers`);
    },
  },
  {
    id: "door-closed",
    level: "must",
    owes: "Fields that nobody reads are dropped at the door; NHS number, pay, ethnicity and absence never enter.",
    cure: "Whoever keeps the connector: list the fields that are read in `raw`, and nothing else.",
    async run({ subject, baseline }) {
      const fields = new Set<string>();
      for (const { raw, received } of (await baseline()).raws) {
        fieldsOf(raw, fields);
        const more = subject.connector.raw.safeParse(withStrangers(received));
        if (more.success && JSON.stringify(more.data).includes("CANARY")) return fail("an unknown field came in");
      }
      const wrong = [...fields].filter((field) => neverEnters.test(field));
      return wrong.length === 0 ? pass : fail(`fields ${wrong.join(", ")}`);
    },
  },
  {
    id: "facts-valid",
    level: "must",
    owes: "Every record is one that the hub can hold.",
    cure: "Connector: refuse what cannot be a record, naming its field. Vendor: see which field the report names.",
    async run({ subject, baseline }) {
      const found = new Map<string, number>();
      for (const { kind, facts, withdrawn } of (await baseline()).records) {
        const problem = withdrawn ? undefined : subject.factsProblem(kind, facts);
        if (problem !== undefined) found.set(`${kind}: ${problem}`, (found.get(`${kind}: ${problem}`) ?? 0) + 1);
      }
      return found.size === 0 ? pass : fail([...found].map(([problem, count]) => `${count} × ${problem}`).join("; "));
    },
  },
  {
    id: "few-refused",
    level: "should",
    owes: "What is sent can be used: less than one vendor record in a hundred is refused.",
    cure: "Vendor: the codes say what is wrong; npx lanyard problems explains each.",
    async run({ baseline }) {
      const { refused, raws } = await baseline();
      const codes = [...new Set(refused.map(({ code }) => code))].sort().join(", ");
      return refused.length * 100 <= raws.length ? pass : fail(`${refused.length} of ${raws.length}: ${codes}`);
    },
  },
  {
    id: "kinds-declared",
    level: "must",
    owes: "Only kinds of record come that the connector says it delivers.",
    cure: "Whoever keeps the connector: `delivers` lists every kind with its system and what its absence means.",
    async run({ subject, baseline }) {
      const { connector, settings } = subject;
      const declared = new Set((connector.deliversWith?.(settings) ?? connector.delivers).map(({ kind }) => kind));
      const others = new Set((await baseline()).records.filter(({ kind }) => !declared.has(kind)).map(({ kind }) => kind));
      return others.size === 0 ? pass : fail([...others].join(", "));
    },
  },
  {
    id: "names-whole",
    level: "must",
    owes: "Names arrive as they are written: accents, apostrophes and hyphens.",
    cure: "Vendor: send UTF-8 and say so in Content-Type; a file says its encoding in the settings.",
    async run({ subject, baseline }) {
      const claims = (await baseline()).records.flatMap(({ claim }) => (claim ? [claim] : []));
      if (claims.some(({ givenName, familyName }) => garbled.test(`${givenName} ${familyName}`))) return fail("names are garbled");
      const fresh = await subject.fresh?.();
      try {
        const expected = fresh?.vendor.familyNames;
        if (!fresh || !expected) return claims.some(({ familyName }) => familyName) ? pass : skip("no record carries a name");
        const reading = await readAll(fresh.subject, fresh.subject.open());
        const got = new Set(reading.records.map(({ claim }) => claim?.familyName?.normalize("NFC")));
        const lost = expected.filter((name) => !got.has(name.normalize("NFC"))).length;
        return lost === 0 ? pass : fail(`${lost} of ${expected.length} names did not arrive as written`);
      } finally {
        await fresh?.close();
      }
    },
  },
  {
    id: "times-zoned",
    level: "must",
    owes: "Every instant has its zone, every day is a day of the calendar.",
    cure: "Vendor: ISO 8601 with Z or an offset. Connector: a time without a zone is in the zone that the settings name.",
    async run({ baseline }) {
      const { records, pages } = await baseline();
      const instants = [...records.map(({ sourceVersion }) => sourceVersion?.changedAt), ...pages.map(({ asOf }) => asOf)];
      const days = records.flatMap(({ validFrom, validTo, claim }) => [validFrom, validTo, claim?.birthDate]);
      const wrong = instants.filter((one) => one !== undefined && !isInstant(one)).length;
      const noDays = days.filter((one) => one !== undefined && !isDay(one)).length;
      return wrong + noDays === 0 ? pass : fail(`${wrong} instants without a zone, ${noDays} days that are none`);
    },
  },
  {
    id: "times-past",
    level: "should",
    owes: "Nothing was changed in the future.",
    cure: "Vendor: check the clock of the server and the zone in which it writes.",
    async run({ subject, baseline }) {
      const latest = Date.parse(subject.now()) + clockToleranceMs;
      const { records, pages } = await baseline();
      const ahead = [...records.map(({ sourceVersion }) => sourceVersion?.changedAt), ...pages.map(({ asOf }) => asOf)].filter(
        (one) => one !== undefined && Date.parse(one) > latest,
      );
      return ahead.length === 0 ? pass : fail(`${ahead.length} instants lie more than an hour ahead`);
    },
  },
];
