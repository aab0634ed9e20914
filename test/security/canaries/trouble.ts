/** Everything that can go wrong with records, with canaries in every field where they do not belong. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Webhook } from "standardwebhooks";
import { type CanaryHub, untilIdle } from "./hub";

export interface Place {
  readonly name: string;
  readonly text: string;
}

const misplaced = [
  ...["dateLastAwarded", "changedAt", "withdrawn", "organisation", "awardingOrganisation", "dateTo", "competencyFramework"],
  ...["subjectLevel", "attainmentStatus", "notes", "person", "subjectName", "competencyName"],
];

function hostileItems(hatch: () => string, count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `HOSTILE-${index}`,
    person: {
      staffNumber: `9${String(index).padStart(7, "0")}`,
      givenName: hatch(),
      familyName: hatch(),
      birthDate: index % 3 === 0 ? hatch() : "1980-01-01",
    },
    competencyFramework: "CSTF",
    subjectName: "Fire Safety",
    competencyName: "Fire Safety",
    subjectLevel: "1",
    attainmentStatus: "ACHIEVED",
    dateLastAwarded: "2026-10-01",
    [misplaced[index % misplaced.length]!]: hatch(),
    [`unknown${hatch()}`]: hatch(),
  }));
}

const foreignSecret = `whsec_${Buffer.from("another key of 24 bytes!").toString("base64")}`;

async function whole(response: Response): Promise<string> {
  return `${response.status} ${JSON.stringify(Object.fromEntries(response.headers))} ${await response.text()}`;
}

async function push(hub: CanaryHub, secret: string, body: string): Promise<string> {
  const id = `msg_${Math.round(performance.now() * 1000)}`;
  const at = new Date();
  return whole(
    await fetch(`${hub.origin}/intake/zqc-tidewater/records`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
        "idempotency-key": id,
      },
      body,
    }),
  );
}

const batch = (records: readonly unknown[]) => JSON.stringify({ records });

/** Pushes good and bad; what is answered may name the vendor's own id and the field, and nobody. */
export async function badPushes(hub: CanaryHub, hatch: () => string, batches: number): Promise<Place[]> {
  const answers: string[] = [];
  const issued = await hub.lanyard("keys", "issue", "zqc-tidewater", "--json");
  const { secret } = JSON.parse(issued.text.slice(issued.text.indexOf("{"))) as { secret: string };
  hub.sandbox.systems.tidewater.takeKey({ id: "canaries", secret }, true);
  await hub.sandbox.systems.tidewater.deliver({ url: `${hub.origin}/intake/zqc-tidewater/records` });
  for (let n = 0; n < batches; n += 1) answers.push(await push(hub, secret, batch(hostileItems(hatch, 100))));
  answers.push(await push(hub, secret, `{"records":[{"name":"${hatch()}"`));
  answers.push(await push(hub, secret, JSON.stringify({ organisation: hatch(), records: [] })));
  answers.push(await push(hub, foreignSecret, batch(hostileItems(hatch, 2))));
  answers.push(await whole(await fetch(`${hub.origin}/events`, { method: "POST", body: JSON.stringify({ subject: hatch() }) })));
  return answers.map((text) => ({ name: "answer to a vendor", text }));
}

export async function pushInTheDark(hub: CanaryHub, hatch: () => string): Promise<Place> {
  return { name: "answer to a vendor without a database", text: await push(hub, foreignSecret, batch(hostileItems(hatch, 5))) };
}

/** Files with canaries in the wrong columns and a quotation that never ends, and a line that ESR has broken off. */
function badFiles(hub: CanaryHub, hatch: () => string): void {
  const vendors = path.join(hub.folder, "vendors");
  const clearances = path.join(vendors, "drops", "zqc-clearances");
  const [file] = readdirSync(clearances).filter((name) => name.endsWith(".csv"));
  const header = readFileSync(path.join(clearances, file!), "utf8").split("\n")[0]!;
  const columns = header.split(",").length;
  const rows = Array.from({ length: 60 }, (_, row) =>
    Array.from({ length: columns }, (_cell, column) => (column === row % columns ? hatch() : "2026-01-01")).join(","),
  );
  writeFileSync(path.join(clearances, "clearances-99990101.csv"), `${header}\n${rows.join("\n")}\n`);
  writeFileSync(path.join(clearances, "clearances-99990102.csv"), `${header}\n"${hatch()}`);
  const esr = path.join(vendors, "esr", "991");
  for (const name of readdirSync(esr).slice(0, 1)) appendFileSync(path.join(esr, name), `PRA~${hatch()}~${hatch()}\n`);
}

/** Vendors that answer with pages, break off, reject; each connection is read by a command of its own. */
export async function badVendors(hub: CanaryHub, hatch: () => string): Promise<Place[]> {
  const places: Place[] = [];
  badFiles(hub, hatch);
  const { moodle, fernleaf, larkspurFhir, larkspurWorkforce } = hub.sandbox.systems;
  for (const faults of [
    ["html", "html", "401", "500"],
    ["truncated", "401", "truncated", "html"],
  ] as const) {
    moodle.control.fail(faults[0]);
    fernleaf.control.fail(faults[1]);
    larkspurFhir.control.fail(faults[2]);
    larkspurWorkforce.control.fail(faults[3]);
    for (const id of ["zqa-moodle", "zqb-fernleaf", "larkspur-fhir", "larkspur-workforce", "zqc-clearances", "zqa-esr"])
      places.push({ name: `lanyard sync ${id}`, text: (await hub.lanyard("sync", id)).text });
  }
  for (const control of [moodle.control, fernleaf.control, larkspurFhir.control, larkspurWorkforce.control]) control.fail(undefined);
  await untilIdle(hub);
  return places;
}
