import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { usualRates } from "../../gateway/rates";
import { configurationFolder, trust } from "../../test/builders/configuration";
import { loadConfig } from "./load";

const { pathOf, load, faultsOf } = configurationFolder();
const esr = `connections:
  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
`;
const moodle = (settings: string, more = "") => `connections:
  - id: zqa-moodle
    connector: moodle
    organisations: [ZQA]${more}
    settings: ${settings}
`;

test("a small configuration is enough, and what it leaves out has its defaults", () => {
  const config = load(trust + esr);
  expect(config).toMatchObject({ mode: "demonstration", listen: { host: "127.0.0.1", port: 4000 }, expiringWithinDays: 30, warnings: [] });
  expect(config.connections).toMatchObject([
    {
      id: "zqa-esr",
      title: "zqa-esr",
      freshWithinSeconds: 86_400,
      absenceLimit: { share: 0.05, records: 50 },
      rawDays: 90,
      allowHosts: [],
    },
  ]);
});

test("budgets of callers are the usual ones where nothing is said, each part by itself", () => {
  expect(load(trust + esr).rates).toEqual(usualRates);
  const { rates } = load(`${trust}${esr}rates: { requests: { perSecond: 40 }, clientTimes: 5 }\n`);
  expect(rates).toEqual({ requests: { burst: 120, perSecond: 40 }, cost: usualRates.cost, clientTimes: 5 });
  expect(faultsOf(`${trust}${esr}rates: { cost: { burst: 0 } }\n`)[0]).toMatch(/rates.cost.burst/);
});

test("raw health records are kept for 35 days, learning for 90, unless the connection says otherwise", () => {
  const csv = (more: string) => `connections:\n  - { id: oh, connector: csv, organisations: [ZQA], settings: { folder: in }${more} }\n`;
  expect(load(trust + csv("")).connections[0]?.rawDays).toBe(35);
  expect(load(trust + csv(", rawDays: 10")).connections[0]?.rawDays).toBe(10);
});

test("all faults are told at once, each with its line and its cure", () => {
  const faults = faultsOf(`mode: rehearsal
organisations:
  - { odsCode: ZQA, vpd: 991, name: Northbridge }
connections:
  - id: Not An Id
    connector: esr
    organisations: [ZQA]
    settings: { folder: esr }
  - id: two
    connector: moodel
    organisations: [ZQB]
    freshWithin: soon
    colour: red
  - id: two
    connector: moodle
    organisations: [ZQA]
    settings: { baseUrl: "not an address", token: { env: NOT_SET } }
`);
  expect(faults).toHaveLength(10);
  expect(faults).toEqual(
    expect.arrayContaining([
      "1 mode: should be one of demonstration, production > Write one of demonstration, production.",
      "3 organisations[0].vpd: should be text > Write text, in quotes.",
      expect.stringMatching(/^5 connections\[0\]\.id: should be lower-case words joined by hyphens/),
      expect.stringMatching(/^10 connections\[1\]\.connector: is not in the catalogue: moodel > Write one of .*moodle/),
      "11 connections[1].organisations[0]: is not among the organisations: ZQB > Add the organisation, or correct the code.",
      expect.stringMatching(/^12 connections\[1\]\.freshWithin: should be a number and s, m, h or d/),
      expect.stringMatching(/^\d+ connections\[1\]: not known: colour > Remove it, or check the spelling\./),
      "14 connections[2].id: is used twice: two > Give each connection an id of its own.",
      expect.stringMatching(
        /settings\.token: refers to the environment variable NOT_SET, which is not set > Set NOT_SET and start again\.$/,
      ),
      expect.stringMatching(/^17 connections\[2\]\.settings\.baseUrl: .*address.* See connectors\/moodle\/README\.md\.$/),
    ]),
  );
});

test("a file that is not YAML is told by its line", () => {
  expect(faultsOf(`${trust}connections: [\n  { id: a`)[0]).toMatch(/^\d+ : is not YAML: /);
});

test("an empty file is said to be empty", () => {
  expect(faultsOf("")).toEqual(["- : is empty > Write at least mode and organisations; see the README."]);
  expect(faultsOf("# mode: demonstration\n")).toHaveLength(1);
});

test("limits, numbers for text and forms are told with what to write, in our words", () => {
  const faults = faultsOf(`mode: demonstration
listen: { port: 99999 }
organisations:
  - { odsCode: ZQA, vpd: 991, name: "" }
connections:
  - id: a
    connector: fhir
    organisations: [ZQA]
    everyMinutes: 0
    organisationFrom: colour
    allowHosts: ["https://oh.example.nhs.uk", 10.20.0.0/99]
    settings: { baseUrl: "https://oh.example.nhs.uk", auth: { kind: none }, staffIdentifierSystem: s, overlap: 24h }
`);
  expect(faults).toEqual([
    "2 listen.port: should be 65535 or less > Write 65535 or less.",
    "4 organisations[0].vpd: should be text > Write text, in quotes.",
    "4 organisations[0].name: should be text, not empty > Write text, not empty.",
    "9 connections[0].everyMinutes: should be more than 0 > Write more than 0.",
    expect.stringMatching(/^11 connections\[0\]\.allowHosts\[0\]: should be a host, host:port or subnet/),
    expect.stringMatching(/^11 connections\[0\]\.allowHosts\[1\]: should be a host, host:port or subnet/),
    expect.stringMatching(
      /^10 connections\[0\]\.organisationFrom: should be performer, location, managingOrganization or meta\.tag:<system>/,
    ),
    expect.stringMatching(/^12 connections\[0\]\.settings\.overlap: should be an ISO 8601 duration/),
  ]);
});

test("a file that is not there is said, with what to do", () => {
  expect(() => loadConfig(pathOf("none.yaml"), { today: "2026-11-22", environment: {} })).toThrow(
    /does not exist\n\s+Give the path of your lanyard\.yaml with --config\./,
  );
});

test("a secret that is not set is told by its name, and a set one never by its value", () => {
  const yaml = trust + moodle('{ baseUrl: "http://127.0.0.1:1", token: { env: ZQA_MOODLE_TOKEN } }');
  expect(faultsOf(yaml)).toEqual([
    expect.stringMatching(
      /^8 connections\[0\]\.settings\.token: refers to the environment variable ZQA_MOODLE_TOKEN, which is not set > Set ZQA_MOODLE_TOKEN and start again\.$/,
    ),
  ]);
  expect(JSON.stringify(load(yaml, { ZQA_MOODLE_TOKEN: "s3cret-value" }))).not.toContain("s3cret-value");
});

test("a secret in the place of its own name is not said back", () => {
  const said = ['{ env: "hunter2 and more" }', "{ file: hunter2 }", "hunter2"].map((token) =>
    JSON.stringify(faultsOf(trust + moodle(`{ baseUrl: "http://127.0.0.1:1", token: ${token} }`))),
  );
  for (const one of said) expect(one).toMatch(/connections\[0\]\.settings\.token/);
  expect(said.join()).not.toContain("hunter2");
});

test("a secret's file must exist", () => {
  const yaml = trust + moodle('{ baseUrl: "http://127.0.0.1:1", token: { file: keys/moodle } }');
  expect(faultsOf(yaml)).toEqual([expect.stringMatching(/refers to a file that does not exist > Put the secret there/)]);
  mkdirSync(pathOf("keys"));
  writeFileSync(pathOf("keys/moodle"), "secret");
  expect(load(yaml).connections).toHaveLength(1);
});

test("a secret by value is refused without repeating it", () => {
  const [fault] = faultsOf(trust + moodle('{ baseUrl: "http://127.0.0.1:1", token: hunter2 }'));
  expect(fault).toMatch(
    /connections\[0\]\.settings\.token: should be \{ env: NAME_OF_A_VARIABLE \} or \{ file: path \}, never the secret itself/,
  );
  expect(fault).not.toContain("hunter2");
});

test("an unknown connector and an unknown organisation are told with what there is", () => {
  const faults = faultsOf(`${trust}connections:\n  - { id: a, connector: totara2, organisations: [ZZZ] }\n`);
  expect(faults).toEqual([
    "5 connections[0].organisations[0]: is not among the organisations: ZZZ > Add the organisation, or correct the code.",
    expect.stringMatching(/is not in the catalogue: totara2 > Write one of esr, moodle/),
  ]);
});

test("two organisations never share a code or a VPD", () => {
  const faults = faultsOf(
    `mode: demonstration\norganisations:\n  - { odsCode: ZQA, vpd: "991", name: A }\n  - { odsCode: ZQA, vpd: "991", name: B }\n`,
  );
  expect(faults).toEqual([
    expect.stringMatching(/^4 organisations\[1\]\.odsCode: is used twice: ZQA/),
    expect.stringMatching(/^4 organisations\[1\]\.vpd: is used twice: 991/),
  ]);
});

describe("in production", () => {
  const production = trust.replace("demonstration", "production");
  const agreement = (reviewBy: string) =>
    `\n    agreement: { controller: ZQA, dpia: DPIA-1, lawfulBasis: Article 6(1)(e), dataSets: [learning], approvedBy: Caldicott Guardian, reviewBy: "${reviewBy}" }`;
  const set = { T: "x" };

  test("a connection without an agreement does not start", () => {
    expect(faultsOf(production + moodle('{ baseUrl: "https://m.example.test", token: { env: T } }'), set)).toEqual([
      "5 connections[0].agreement: is missing > In production a connection needs the controller's agreement.",
    ]);
  });

  test("an agreement whose review is overdue pauses the connection, one that is due soon is a warning", () => {
    const yaml = (reviewBy: string) => production + moodle('{ baseUrl: "https://m.example.test", token: { env: T } }', agreement(reviewBy));
    const overdue = load(yaml("2026-11-21"), set);
    expect(overdue.connections[0]?.pausedBecause).toBe("the agreement was to be reviewed by 2026-11-21");
    expect(overdue.warnings).toEqual([expect.stringContaining("zqa-moodle is paused")]);
    expect(load(yaml("2027-12-10"), set).connections[0]?.pausedBecause).toBeUndefined();
    expect(load(yaml("2026-12-10"), set).warnings).toEqual([expect.stringContaining("zqa-moodle must be reviewed by 2026-12-10")]);
    expect(load(yaml("2027-12-10"), set).warnings).toEqual([]);
  });

  test("http is refused", () => {
    expect(faultsOf(production + moodle('{ baseUrl: "http://m.example.test", token: { env: T } }', agreement("2027-12-10")), set)).toEqual([
      expect.stringMatching(/connections\[0\]\.settings: uses http > In production every address is https\./),
    ]);
  });

  test("http is refused in capitals too", () => {
    expect(faultsOf(production + moodle('{ baseUrl: "HTTP://m.example.test", token: { env: T } }', agreement("2027-12-10")), set)).toEqual([
      expect.stringMatching(/uses http/),
    ]);
  });
});

describe("towards ESR", () => {
  const at = (esr: string, organisation = "") =>
    trust.replace("name: Northbridge", `name: Northbridge${organisation}`) +
    moodle('{ baseUrl: "http://127.0.0.1:1", token: { env: T } }', `\n    esr: ${esr}`);
  const on = "{ competenceAwards: { mode: on, approvedBy: Director of Workforce } }";

  test("what is not said is rehearsed, and ESR's own awards go nowhere", () => {
    expect(load(trust + moodle('{ baseUrl: "http://127.0.0.1:1", token: { env: T } }'), { T: "x" }).connections[0]?.esr).toEqual({
      competenceAwards: { mode: "shadow", fedBy: "hub" },
    });
    expect(load(trust + esr).connections[0]?.esr).toBeUndefined();
  });

  test("sending needs a named approver and a way to ESR, and both are said at once", () => {
    expect(faultsOf(at("{ competenceAwards: { mode: on } }"), { T: "x" })).toEqual([
      expect.stringMatching(
        /^\d+ connections\[0\]\.esr\.competenceAwards\.approvedBy: is missing > Name the trust's approver, or use mode shadow\.$/,
      ),
      expect.stringMatching(
        /^\d+ connections\[0\]\.esr\.competenceAwards\.mode: is on, and ZQA has no esrExchange > Set esrExchange of ZQA/,
      ),
    ]);
    const config = load(at(on, ", esrExchange: exchange/991"), { T: "x" });
    expect(config.connections[0]?.esr).toEqual({ competenceAwards: { mode: "on", fedBy: "hub" } });
    expect(config.organisations[0]?.esrExchange).toBe("exchange/991");
  });

  test("the former setting, a mode nobody knows and a connection without awards are told with the cure", () => {
    expect(faultsOf(at("{ mode: on }"), { T: "x" })).toEqual([expect.stringMatching(/connections\[0\]\.esr: not known: mode > Remove it/)]);
    expect(faultsOf(at("{ competenceAwards: { mode: off } }"), { T: "x" })).toEqual([
      expect.stringMatching(/esr\.competenceAwards\.mode: should be one of observe, shadow, on > Write one of/),
    ]);
    expect(faultsOf(trust + esr.replace("settings:", "esr: {}, settings:"))).toEqual([
      expect.stringMatching(/connections\[0\]\.esr: has nothing to send: this connection reads no competence awards > Remove it\./),
    ]);
    expect(faultsOf(`${trust}  - { odsCode: ZQE, name: Harrowdene, esrExchange: x }\n`)).toEqual([
      expect.stringMatching(/organisations\[1\]\.esrExchange: belongs to an organisation without a vpd > Add its vpd/),
    ]);
  });
});

test("the settings' fingerprint changes with the settings and holds no secret", () => {
  const of = (url: string) => load(trust + moodle(`{ baseUrl: "${url}", token: { env: T } }`), { T: "x" }).connections[0]!.fingerprint;
  expect(of("http://127.0.0.1:1")).toBe(of("http://127.0.0.1:1"));
  expect(of("http://127.0.0.1:1")).not.toBe(of("http://127.0.0.1:2"));
  expect(readFileSync(pathOf("lanyard.yaml"), "utf8")).toContain("token");
});
