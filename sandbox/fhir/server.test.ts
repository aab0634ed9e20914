import { fixedClock } from "../../platform/clock";
import { type FhirServer, startFhir } from "./server";

const clock = fixedClock("2026-11-22T10:00:00Z");
let server: FhirServer;
interface Answer {
  resourceType: string;
  entry?: { search: { mode: string }; resource: { id: string } }[];
  link: { relation: string; url: string }[];
}

beforeEach(async () => {
  const dose = (n: number) => ({
    resourceType: "Immunization",
    id: `im${n}`,
    meta: { lastUpdated: `2026-10-0${n}T00:00:00.000Z` },
    status: "completed",
    patient: { reference: "Patient/p1" },
  });
  server = await startFhir({
    patients: [{ resourceType: "Patient", id: "p1", identifier: [{ system: "urn:staff", value: "20100001" }] }],
    immunizations: [1, 2, 3, 4, 5].map(dose),
    observations: [],
    countCap: 2,
    clock,
  });
});
afterEach(() => server.close());

const get = async (path: string): Promise<{ status: number; body: Answer }> => {
  const answer = await fetch(path.startsWith("http") ? path : `${server.url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Answer };
};
const ids = (body: Answer) => (body.entry ?? []).map((one) => one.resource.id);

describe("the simulated FHIR server", () => {
  it("caps the page silently and leads on by an opaque cursor until there is nothing more", async () => {
    const seen: string[] = [];
    let next: string | undefined = "/Immunization?_sort=_lastUpdated&_count=1000";
    while (next) {
      const { body }: { body: Answer } = await get(next);
      seen.push(...ids(body));
      next = body.link.find((one) => one.relation === "next")?.url;
    }
    expect(seen).toEqual(["im1", "im2", "im3", "im4", "im5"]);
  });

  it("knows bounds of the last update", async () => {
    expect(ids((await get("/Immunization?_lastUpdated=ge2026-10-04T00:00:00.000Z")).body)).toEqual(["im4", "im5"]);
    expect(ids((await get("/Immunization?_lastUpdated=gt2026-10-04T00:00:00.000Z")).body)).toEqual(["im5"]);
    expect((await get("/Immunization?_lastUpdated=gtyesterday")).status).toBe(400);
  });

  it("answers nothing without an entry", async () => {
    expect((await get("/Immunization?_lastUpdated=gt2030-01-01")).body.entry).toBeUndefined();
  });

  it("includes patients, marked as such, and searches by their identifier", async () => {
    const { body } = await get("/Immunization?_include=Immunization:patient");
    expect(body.entry?.map((one) => one.search.mode)).toEqual(["match", "match", "include"]);
    expect(ids((await get("/Immunization?patient.identifier=urn:staff%7C20100001")).body)).toEqual(["im1", "im2"]);
    expect(ids((await get("/Immunization?patient.identifier=urn:staff%7C0")).body)).toEqual([]);
  });

  it("says 404 for what never was, 410 for what was deleted, and never mentions the deleted again", async () => {
    server.control.remove("Immunization", "im2");
    expect((await get("/Immunization/im2")).status).toBe(410);
    expect((await get("/Immunization/im9")).status).toBe(404);
    expect(ids((await get("/Immunization?_id=im1,im2")).body)).toEqual(["im1"]);
  });

  it("refuses what it does not know", async () => {
    expect((await get("/Immunization?foo=bar")).status).toBe(400);
    expect((await get("/Vaccination")).status).toBe(400);
  });
});
