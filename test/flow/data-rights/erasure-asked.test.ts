/** What information governance is told of an erasure, at the command line and over the graph: nothing that only occupational health may know. */
import type { Principal } from "../../../access/principal";
import { approvalsList } from "../../../cli/commands/approvals";
import { subjectErase } from "../../../cli/commands/subject";
import { readerOf } from "../../../cli/compose/rights";
import { exitCodes, Output } from "../../../cli/output";
import type { FhirServer } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { pushYaml } from "../../builders/push-vendor";

const clock = { now: () => new Date("2026-11-22T09:00:00Z") };
const person = anEsrPerson({ given: "Canarina", family: "Zebedeeson" });
const second: Principal = { ...hr("ZQA"), subject: "bob", role: "information-governance", purposes: ["DATA_RIGHTS"] };

const healthWords = /\boh\.|immunisation|\[object/;

let clinic: FhirServer;
let hub: TestHub;
let staff: string;
beforeAll(async () => {
  clinic = await fhirClinic({ patients: [patient(person)], immunizations: [immunization("imm-1", person)], observations: [] }, clock);
  hub = await testHub({ yaml: `${pushYaml()}${fhirYaml(clinic.url)}`, clock });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(person) });
  await hub.sync("zqa-esr");
  staff = (await hub.rows("select staff_member_id as id from staff.source_person"))[0]!.id;
});
afterAll(async () => {
  await hub?.close();
  await clinic?.close();
});

test("what is told of it is the same whether occupational health holds anything or not", async () => {
  const plan = () => hub.store.erasures.plan(staff, "ZQA", readerOf(hub.foundation));
  const before = await plan();
  expect(before.told.erases).toEqual(before.erases);
  await hub.sync("zqa-oh");
  expect(await hub.count("oh.immunisation", `staff_member_id = '${staff}'`)).toBe(1);
  const after = await plan();
  expect(after.erases).toMatchObject({ "oh.immunisation": 1, "staff.source_person": 2 });
  expect(after.told).toEqual(before.told);
});

test("an erasure is asked, approved and done without a word of whether occupational health holds anything", async () => {
  const before = process.env;
  process.env = {
    ...before,
    DATABASE_URL: hub.database.url,
    LANYARD_DATA: `${hub.folder}/.lanyard`,
    LANYARD_KEY: Buffer.alloc(32, 7).toString("base64"),
  };
  const said: string[] = [];
  const stdout = jest.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  const options = { config: `${hub.folder}/lanyard.yaml`, today: "2026-11-22", organisation: "ZQA", instruction: "IG-1" };
  try {
    expect(await subjectErase(new Output(true), options, staff)).toBe(exitCodes.degraded);
    const { waits } = JSON.parse(said.at(-1)!);
    expect(await subjectErase(new Output(false), options, staff)).toBe(exitCodes.degraded);
    for (const json of [true, false]) expect(await approvalsList(new Output(json), options)).toBe(exitCodes.degraded);
    expect(said.join("\n")).not.toMatch(healthWords);
    const { approvals } = await hub.ask<any>("{ approvals { id details { name value } } }", {}, second);
    const [{ id, details }] = approvals;
    expect(id).toBe(waits.id);
    // What does go and stay is told, in words.
    expect(details).toContainEqual({ name: "staff.source_person", value: "1" });
    expect(details).toContainEqual({ name: "staff.staff_member", value: expect.stringMatching(/^1 stays: /) });
    said.push(JSON.stringify(details));
    const input = { approval: id, decision: "APPROVED", reason: "checked" };
    const mutation = "mutation($input: ApprovalInput!) { decideApproval(input: $input) { approval { decision } } }";
    expect((await hub.ask<any>(mutation, { input }, second)).decideApproval.approval.decision).toBe("APPROVED");
    expect(await subjectErase(new Output(true), options, staff)).toBe(exitCodes.ok);
    expect(JSON.parse(said.at(-1)!)).toMatchObject({ state: "ERASED", erases: { "staff.source_person": 1 } });
    expect(await hub.count("oh.immunisation")).toBe(0);
  } finally {
    stdout.mockRestore();
    process.env = before;
  }
  expect(said.join("\n")).not.toMatch(healthWords);
}, 180_000);

test("afterwards the copy's own part says that it was done, and occupational health's what went of it", async () => {
  const { main, health } = await hub.store.exportSubject(staff, "ZQA", readerOf(hub.foundation), clock.now());
  const erasureIn = ({ sections }: typeof main) => sections.find(({ table }) => table === "ops.erasure")?.rows;
  expect(erasureIn(main)).toEqual([expect.objectContaining({ instruction: "IG-1", state: "ERASED" })]);
  expect(JSON.stringify(main)).not.toMatch(healthWords);
  expect(erasureIn(health)).toEqual([expect.objectContaining({ done: expect.objectContaining({ "oh.immunisation": 1 }) })]);
});
