/**
 * Prototype pollution and hostile text at every door that reads: variables of the graph, what vendors push, their events, the
 * configuration, files. Nothing may fail as a fault of the hub, change an object's prototype, or come back as something else.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConfigError, loadConfig } from "../../../cli/config/load";
import { readCsv } from "../../../connectors/kit/csv";
import { isHubError } from "../../../platform/errors";
import { parseJson } from "../../../platform/json";
import { writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { pushVendor, pushYaml } from "../../builders/push-vendor";
import setup from "../../global-setup";
import teardown from "../../global-teardown";
import { pollutions, strings } from "../corpora/hostile";
import { doorWorld } from "../door-world";
import type { Row, SecurityGroup } from "../group";

class Count {
  private tried = 0;
  private refused = 0;
  private leaked = 0;
  private missed = 0;
  private readonly examples: string[] = [];
  constructor(private readonly check: string) {}
  /** `wrong`: why the hub has failed; undefined when what came was refused, or was taken as the mere text it is. */
  add(what: string, wrong: string | undefined): void {
    this.tried += 1;
    const polluted = ["polluted", "isAdmin"].some((name) => name in {}) || String({}) !== "[object Object]";
    if (polluted) {
      this.leaked += 1;
      for (const name of ["polluted", "isAdmin"]) delete (Object.prototype as Record<string, unknown>)[name];
    } else if (wrong === undefined) this.refused += 1;
    else this.missed += 1;
    if ((polluted || wrong !== undefined) && this.examples.length < 10)
      this.examples.push(`${what}: ${polluted ? "polluted" : wrong}`.slice(0, 220));
  }
  row(): Row {
    const { check, tried, refused, leaked, missed, examples } = this;
    return { check, tried, refused, leaked, missed, examples };
  }
}

const json = (text: string) => JSON.stringify(text);

async function graph(): Promise<Row[]> {
  const doors = await doorWorld();
  try {
    const door = await doors.open();
    const polluting = new Count("prototypes in variables, inputs, extensions and beside the operation");
    const texts = new Count("hostile text as an id, an identifier, an organisation, a cursor and an operation's name");
    const fails = (status: number, body: any): string | undefined => {
      if (status >= 500) return `status ${status}`;
      const codes = (body?.errors ?? []).map((error: any) => error.extensions?.code);
      const ours = codes.find((code: string) => ["INTERNAL", "UPSTREAM_UNAVAILABLE", undefined].includes(code));
      return codes.length > 0 && ours !== undefined ? `told as the hub's own fault: ${JSON.stringify(body.errors[0])}` : undefined;
    };
    const byId = "query A($id: ID!) { staffMember(id: $id) { id } }";
    const readiness = "query A($for: ReadinessFor!) { me { readiness(for: $for) { ready } } }";
    for (const bad of pollutions) {
      for (const body of [
        `{"query":${json(byId)},"variables":${bad}}`,
        `{"query":${json(byId)},"variables":{"id":${bad}}}`,
        `{"query":${json(readiness)},"variables":{"for":${bad}}}`,
        `{"query":${json("{ me { id } }")},"extensions":${bad}}`,
        `{"query":${json("{ me { id } }")},${bad.slice(1)}`,
        bad,
      ]) {
        const answer = await door.post(body);
        polluting.add(body, fails(answer.status, answer.json));
      }
    }
    for (const [name, text] of strings) {
      for (const [query, variables] of [
        [byId, { id: text }],
        [
          'query A($v: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $v, organisation: "ZQA") { id } }',
          { v: text },
        ],
        ["query A($v: String!) { staffMemberByIdentifier(scheme: GMC, value: $v) { id } }", { v: text }],
        ['query A($v: String!) { staffMemberByIdentifier(scheme: GMC, value: "9", organisation: $v) { id } }', { v: text }],
        ["query A($v: String!) { organisation(odsCode: $v) { odsCode } }", { v: text }],
        ['query A($v: String!) { staffMembers(organisation: "ZQA", after: $v) { edges { node { id } } } }', { v: text }],
        ["query A($v: String!) { me { readiness(for: { organisation: $v }) { ready } } }", { v: text }],
        ['query A($v: String!) { me { readiness(for: { organisation: "ZQA", startsOn: $v }) { ready } } }', { v: text }],
      ] as const) {
        const answer = await door.post({ query, variables }, { as: "hr", organisation: "ZQA" });
        texts.add(`${name} in ${query.slice(0, 90)}`, fails(answer.status, answer.json));
      }
      const answer = await door.post({ query: "query A { me { id } }", operationName: text });
      texts.add(`${name} as the operation's name`, fails(answer.status, answer.json));
    }
    return [polluting.row(), texts.row()];
  } finally {
    await doors.close();
  }
}

async function vendors(long: boolean): Promise<Row[]> {
  const had = process.env.LANYARD_TEST_DATABASE !== undefined;
  await setup();
  const hub = await testHub({ yaml: pushYaml() });
  const fast = { pace: { burst: 100_000, perSecond: 1000 } };
  const vendor = await pushVendor(hub, fast);
  try {
    mkdirSync(path.join(hub.folder, "esr"), { recursive: true });
    writeGoFile(path.join(hub.folder, "esr"), { kind: "GOF", day: "2026-11-19", sequence: 101, rows: [] });
    const pushes = new Count("pushed batches and items with prototypes");
    const texts = new Count("hostile text in every field of a pushed item");
    const events = new Count("events with prototypes and hostile text");
    const fails = ({ status, text }: { status: number; text: string }) =>
      status >= 500 ? `status ${status}: ${text.slice(0, 120)}` : undefined;
    const item = {
      id: "1",
      person: { staffNumber: "30112845", givenName: "A", familyName: "B", birthDate: "1990-01-01" },
      competencyFramework: "CSTF",
      subjectName: "Fire Safety",
      competencyName: "Fire Safety",
      subjectLevel: "1",
      attainmentStatus: "ACHIEVED",
      awardingOrganisation: "ZQA",
      dateLastAwarded: "2026-10-01",
    };
    for (const bad of pollutions) {
      const inner = JSON.stringify(item);
      for (const raw of [
        bad,
        `[${bad}]`,
        `{"records":[${bad}]}`,
        `{"records":[${inner.slice(0, -1)},${bad.slice(1)}]}`,
        `{"records":[${inner.replace('"person":{', `"person":{${bad.slice(1, -1)},`)}]}`,
      ])
        pushes.add(raw, fails(await vendor.push([], { raw })));
      const event = `{"specversion":"1.0","id":"e1","source":"/x","type":"staff.changed","subject":"1","data":${bad}}`;
      for (const raw of [bad, event]) {
        const headers = { ...vendor.headersOf(raw), "content-type": "application/cloudevents+json" };
        events.add(raw, fails(await vendor.send("/intake/zqa-lms/events", "POST", headers, raw)));
      }
    }
    for (const [at, [name, text]] of strings.entries()) {
      // A batch takes its time: the short run puts each text into two fields, the long one into all.
      for (const field of Object.keys(item).filter((_, nth) => long || (nth + at) % 5 === 0)) {
        const record = field === "person" ? { ...item, person: { ...item.person, familyName: text } } : { ...item, [field]: text };
        texts.add(
          `${name} as ${field}`,
          fails(await vendor.push([{ ...record, id: field === "id" ? text : `${name} ${field}`.slice(0, 60) }])),
        );
      }
      const raw = JSON.stringify({ specversion: "1.0", id: text, source: text, type: text, subject: text, time: text });
      const headers = { ...vendor.headersOf(raw), "content-type": "application/cloudevents+json" };
      events.add(name, fails(await vendor.send("/intake/zqa-lms/events", "POST", headers, raw)));
    }
    return [pushes.row(), texts.row(), events.row()];
  } finally {
    await vendor.close();
    await hub.close();
    await teardown();
    if (!had) delete process.env.LANYARD_TEST_DATABASE;
  }
}

const yamls: readonly string[] = [
  "__proto__: { polluted: true }",
  "constructor: { prototype: { polluted: true } }",
  "? __proto__\n: polluted: true",
  '"__proto__": { polluted: true }',
  "<<: { __proto__: { polluted: true } }",
  "mode: production\n<<: { mode: demonstration }",
  "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d]",
  "a: &a [*a]",
  "mode: !!js/function 'function () { return 1 }'",
  "mode: !!python/object/apply:os.system ['id']",
  "mode: !!binary aGVsbG8=",
  "mode: !<tag:evil.example,2026:x> y",
  "mode: demonstration\nmode: production",
  "%YAML 9.9\n---\nmode: production",
  "--- 1\n--- 2",
  `${"[".repeat(2000)}${"]".repeat(2000)}`,
  `mode: ${"x".repeat(100_000)}`,
  "\u0000",
  "mode: production\norganisations:\n  - { odsCode: __proto__, name: x }",
  "connections:\n  - { id: __proto__, connector: constructor, organisations: [toString], settings: { __proto__: { polluted: true } } }",
  "connections:\n  - { id: a, connector: hasOwnProperty, organisations: [ZQA] }",
];

async function files(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-hostile-"));
  try {
    const configuration = new Count("configurations with prototypes, tags, circles and bombs");
    for (const text of [
      ...yamls,
      ...strings.map(([, it]) => `mode: ${JSON.stringify(it)}`),
      ...strings.map(([, it]) => it),
      ...pollutions,
    ]) {
      const file = path.join(folder, "lanyard.yaml");
      writeFileSync(file, text);
      let wrong: string | undefined;
      try {
        loadConfig(file, { today: "2026-11-22", environment: {} });
        wrong = "taken";
      } catch (error) {
        if (!(error instanceof ConfigError)) wrong = (error as Error).message;
      }
      configuration.add(text.slice(0, 100), wrong);
    }
    const rows = new Count("files whose columns and values are hostile");
    for (const [name, text] of [...strings, ...pollutions.map((it) => [it, it] as const)]) {
      const quoted = `"${text.replaceAll('"', '""')}"`;
      for (const content of [
        `id,name\n1,${quoted}\n`,
        `id,${quoted}\n1,2\n`,
        `id,__proto__,constructor\n1,${quoted},3\n`,
        `id,name\n${text}`,
      ]) {
        const file = path.join(folder, "x.csv");
        writeFileSync(file, content);
        let wrong: string | undefined;
        try {
          for await (const row of readCsv({ path: file, name: "x.csv", encoding: "utf-8", required: ["id"], optional: ["name"] }))
            if (row.values && Object.getPrototypeOf(row.values) !== null && Object.getPrototypeOf(row.values) !== Object.prototype)
              wrong = "a prototype of its own";
        } catch (error) {
          if (!isHubError(error)) wrong = (error as Error).message;
        }
        rows.add(`${name}: ${content.slice(0, 60)}`, wrong);
      }
    }
    const parsed = new Count("JSON of vendors with prototypes");
    for (const bad of pollutions) {
      const value = parseJson(`{"a":${bad},"b":[${bad}]}`) as { a: object; b: object[] };
      const merged = Object.assign({}, value.a, value.b[0]);
      const own = [value.a, value.b[0], merged].some(
        (one) => Object.hasOwn(one as object, "__proto__") || Object.getPrototypeOf(one) !== Object.prototype,
      );
      parsed.add(bad, own ? "a prototype came through" : undefined);
    }
    return [configuration.row(), rows.row(), parsed.row()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const group: SecurityGroup = {
  what: "hostile input at the graph, at the vendors' doors, in the configuration and in files is refused or is mere text",
  async run({ note, long }) {
    const rows = [...(await files())];
    note("files and configuration");
    rows.push(...(await graph()));
    note("the graph");
    rows.push(...(await vendors(long)));
    return rows;
  },
};
