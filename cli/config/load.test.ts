import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { usualRates } from "../../gateway/rates";
import { type Config, ConfigError, loadConfig } from "./load";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (yaml: string, environment: Record<string, string> = {}): Config => {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, yaml);
  return loadConfig(file, { today: "2026-11-22", environment });
};
/** Each fault as "line at: say", with its cure. */
function faultsOf(yaml: string, environment: Record<string, string> = {}): string[] {
  try {
    load(yaml, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) {
      expect(fault.cure).not.toBe("");
      // What people read has the file, the line and the cure of every fault.
      expect(error.message).toContain(`lanyard.yaml${fault.line === undefined ? "" : `:${fault.line}`}  `);
      expect(error.message).toContain(fault.cure);
    }
    return error.faults.map((fault) => `${fault.line ?? "-"} ${fault.at}: ${fault.say} > ${fault.cure}`);
  }
  throw new Error("this configuration was expected to have faults");
}

const trust = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge }
`;
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
  expect(() => loadConfig(path.join(folder, "none.yaml"), { today: "2026-11-22", environment: {} })).toThrow(
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
  mkdirSync(path.join(folder, "keys"));
  writeFileSync(path.join(folder, "keys", "moodle"), "secret");
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

describe("maps", () => {
  const mapped = (file: string, kind = "courseMap") => trust.replace("name: Northbridge", `name: Northbridge, ${kind}: ${file}`);

  test("a course map's faults are told by file and line", () => {
    writeFileSync(
      path.join(folder, "courses.csv"),
      "# ours\ncourse,competence,from,to\nFIRE,NHS|CSTF|Fire Safety - 2 Years|,2026-01-01,\n,local,,\nX,nonsense,yesterday,\nY,local,2026-02-31,\nZ,local,2026-03-02,2026-03-01\n",
    );
    const faults = faultsOf(mapped("courses.csv"));
    expect(faults).toHaveLength(5);
    expect(faults.join("\n")).toMatch(/courses\.csv:6: from is not a day/);
    expect(faults.join("\n")).toMatch(/courses\.csv:7: to is before from/);
    expect(faults.join("\n")).toMatch(/courses\.csv:4: course is empty/);
    expect(faults.join("\n")).toMatch(/courses\.csv:5: "nonsense" is not an ESR competence name/);
    expect(faults.join("\n")).toMatch(/courses\.csv:5: from is not a day/);
  });

  test("a map that is not there, or lacks a column, is told", () => {
    expect(faultsOf(mapped("none.csv"))).toEqual([expect.stringMatching(/none\.csv, which does not exist > Create the file/)]);
    writeFileSync(path.join(folder, "short.csv"), "course\nFIRE\n");
    expect(faultsOf(mapped("short.csv"))).toEqual([expect.stringMatching(/lacks the column competence > Add it to the first line\./)]);
  });

  test("a deviation from a national period needs its reason", () => {
    writeFileSync(
      path.join(folder, "renewals.csv"),
      "competence,months,reason\nNHS|CSTF|Fire Safety - 2 Years|,12,\nNHS|CSTF|Fire Safety - 2 Years|,often,old wards\n",
    );
    const faults = faultsOf(mapped("renewals.csv", "renewals"));
    expect(faults.join("\n")).toMatch(/renewals\.csv:2: reason is empty/);
    expect(faults.join("\n")).toMatch(/renewals\.csv:3: months should be a whole number/);
  });
});

describe("what recognition is told", () => {
  const file = (name: string, ...lines: string[]) => writeFileSync(path.join(folder, name), `${lines.join("\n")}\n`);
  const withKeys = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge, requirements: asked.csv, covers: covers.csv }
signatories: signatories.csv
`;
  const fire = "NHS|CSTF|Fire Safety - 2 Years|";
  const level = (of: number) => `NHS|CSTF|Safeguarding Adults - Level ${of} - 3 Years|`;
  const good = {
    asked: () =>
      file("asked.csv", "staff_group,job_role,standard,competence,minutes,from,to", `Medical and Dental,,TRAINING,${fire},45,2026-01-01,`),
    covers: () => file("covers.csv", "held,covers,source,assumed", `${level(3)},${level(2)},our policy,no`),
    signatories: () =>
      file(
        "signatories.csv",
        "organisation,signatory_from,signatory_to,aligned_from,aligned_to,source",
        "ZQA,2025-05-01,,2019-06-01,,signed",
        "ZQE,,,,,not in the agreement",
      ),
  };

  test("is read from the organisations' files and the list of signatories", () => {
    for (const write of Object.values(good)) write();
    const config = load(withKeys);
    expect(config.requirements).toEqual([
      {
        organisation: "ZQA",
        staffGroup: "Medical and Dental",
        jobRole: undefined,
        standard: "TRAINING",
        competence: "CSTF|Fire Safety|1|",
        minutes: 45,
        from: "2026-01-01",
        to: undefined,
      },
    ]);
    expect(config.covers).toMatchObject([
      {
        organisation: "ZQA",
        held: "CSTF|Safeguarding Adults|3|",
        covers: "CSTF|Safeguarding Adults|2|",
        assumed: false,
        source: "our policy",
      },
    ]);
    expect(config.standings).toEqual([
      { organisation: "ZQA", signatoryFrom: "2025-05-01", signatoryTo: undefined, alignedFrom: "2019-06-01", alignedTo: undefined },
      { organisation: "ZQE", signatoryFrom: undefined, signatoryTo: undefined, alignedFrom: undefined, alignedTo: undefined },
    ]);
  });

  test("has every fault told at once, by file and line", () => {
    file(
      "asked.csv",
      "staff_group,job_role,standard,competence,minutes,from,to",
      `Doctors,,TRAINING,${fire},45,,`,
      "Medical and Dental,,TRAINING,fire,soon,2026-02-30,",
      `Medical and Dental,,DBS,,,,`,
      `Medical and Dental,,IDENTITY,${fire},,2026-02-02,2026-02-01`,
    );
    file("covers.csv", "held,covers,source,assumed", `${level(3)},${level(2)},,perhaps`, `${fire},${fire},us,no`);
    file(
      "signatories.csv",
      "organisation,signatory_from,signatory_to,aligned_from,aligned_to,source",
      "z,2025-05-01,,,,signed",
      "ZQA,2025-05-01,,,2026-01-01,",
      "ZQA,never,,,,signed",
    );
    const told = faultsOf(withKeys).join("\n");
    for (const part of [
      /asked\.csv:2: "Doctors" is not a staff group/,
      /asked\.csv:3: "fire" is not an ESR competence name/,
      /asked\.csv:3: minutes should be a whole number/,
      /asked\.csv:3: from is not a day/,
      /asked\.csv:4: "DBS" is not a standard > Write one of TRAINING, IDENTITY/,
      /asked\.csv:5: competence is for the standard TRAINING only/,
      /asked\.csv:5: to is before from/,
      /covers\.csv:2: source is empty/,
      /covers\.csv:2: assumed should be yes or no/,
      /covers\.csv:3: held and covers are the same competence/,
      /signatories\.csv:2: "z" is not an ODS code/,
      /signatories\.csv:3: source is empty/,
      /signatories\.csv:3: aligned_to without aligned_from/,
      /signatories\.csv:4: signatory_from is not a day/,
      /signatories\.csv:4: ZQA is listed twice/,
    ])
      expect(told).toMatch(part);
    expect(told.split("\n")).toHaveLength(15);
  });

  test("lacks no file that it refers to", () => {
    good.asked();
    good.covers();
    expect(faultsOf(withKeys)).toEqual([
      expect.stringMatching(/^4 signatories: refers to .*signatories\.csv, which does not exist > Create the file/),
    ]);
  });
});

test("the settings' fingerprint changes with the settings and holds no secret", () => {
  const of = (url: string) => load(trust + moodle(`{ baseUrl: "${url}", token: { env: T } }`), { T: "x" }).connections[0]!.fingerprint;
  expect(of("http://127.0.0.1:1")).toBe(of("http://127.0.0.1:1"));
  expect(of("http://127.0.0.1:1")).not.toBe(of("http://127.0.0.1:2"));
  expect(readFileSync(path.join(folder, "lanyard.yaml"), "utf8")).toContain("token");
});

describe("who may call", () => {
  const key = '{ kty: OKP, crv: Ed25519, kid: k1, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }';
  const issuer = (more = "") =>
    `issuers: [{ issuer: "https://cis2.example", kind: staff, jwks: "https://cis2.example/jwks", audience: lanyard, algorithms: [RS256]${more} }]\n`;

  test("a login service has the levels that the national services say, unless it is said otherwise", () => {
    const { identity } = load(`${trust}${issuer()}`);
    expect(identity.issuers[0]).toMatchObject({ kind: "staff", maxAgeSeconds: 900, uuidClaim: "nhsid_useruid", requires: {} });
    expect(identity.issuers[0]!.levels).toContainEqual({ claim: "acr", value: "AAL3_ANY", aal: 3 });
    const person = load(`${trust}${issuer().replace("staff", "person")}`).identity.issuers[0]!;
    expect(person.requires).toEqual({ identity_proofing_level: "P9" });
    expect(person.uuidClaim).toBeUndefined();
  });

  test("roles are of staff, at an organisation of the file, by one of subject and uuid", () => {
    const faults = faultsOf(`${trust}${issuer()}roleAssignments:
  - { issuer: "https://cis2.example", subject: a, role: hr }
  - { issuer: "https://cis2.example", subject: a, uuid: b, role: hr, organisation: ZQA }
  - { issuer: "https://other.example", subject: a, role: hr, organisation: ZQX }
  - { issuer: "https://cis2.example", subject: a, role: ops, organisation: ZQA }
`);
    for (const said of [
      "roleAssignments[0].organisation: is missing",
      "roleAssignments[1]: says not just one of subject and uuid",
      "roleAssignments[2].issuer: is no staff issuer of this file: https://other.example",
      "roleAssignments[2].organisation: is not among the organisations: ZQX",
      "roleAssignments[3].organisation: does not belong here",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(() => load(`${trust}${issuer()}roleAssignments: [{ issuer: "https://cis2.example", subject: a, role: self }]`)).toThrow(
      ConfigError,
    );
  });

  test("a front-end has no role of its own, a system has one, and nobody registers a private key or the demonstration's client", () => {
    const faults = faultsOf(`${trust}clients:
  - { id: app, title: App, kind: passport, role: esr, keys: [${key}] }
  - { id: system, title: System, kind: system, keys: [${key}] }
  - { id: development-passport, title: Mine, kind: passport }
`);
    for (const said of [
      "clients[0]: has a role or an organisation of its own",
      "clients[1].role: is missing",
      "clients[1].organisation: is missing",
      "clients[2].id: is used twice",
      "clients[2]: says not just one of jwks and keys",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(() =>
      load(`${trust}clients: [{ id: app, title: App, kind: passport, keys: [${key.replace("kid", "d: c2VjcmV0, kid")}] }]`),
    ).toThrow(ConfigError);
  });

  test("in production every address is https, clients know the hub's, and the development issuer is nobody's login service", () => {
    const production = trust.replace("demonstration", "production");
    const faults = faultsOf(`${production}publicAddress: http://hub.example/
clients: [{ id: app, title: App, kind: passport, jwks: "http://app.example/jwks" }]
${issuer().replaceAll("https://cis2.example/jwks", "http://cis2.example/jwks").replace('issuer: "https://cis2.example"', 'issuer: "lanyard:development"')}`);
    for (const said of [
      "publicAddress: uses http",
      "publicAddress: ends with a slash",
      "clients[0].jwks: uses http",
      "issuers[0].jwks: uses http",
      "issuers[0].issuer: is the hub's own name",
    ])
      expect(faults).toContainEqual(expect.stringContaining(said));
    expect(faultsOf(`${production}clients: [{ id: app, title: App, kind: passport, keys: [${key}] }]`)).toContainEqual(
      expect.stringContaining("publicAddress: is missing"),
    );
  });
});
