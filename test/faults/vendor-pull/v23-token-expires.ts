/** V23: the token ends in the middle of a run (401), is rejected for good, or the right is taken away (403). */
import { fixedClock } from "../../../platform/clock";
import { startFhir } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { immunization, patient, staffNumberSystem } from "../../builders/fhir-clinic";
import { testHub } from "../../builders/hub";
import { startMeddler } from "../../builders/meddler";
import type { Fault } from "../fault";
import { answer, expectThat } from "../kit/learning-vendor";
import { compareWithTruth } from "../kit/truth";

const variants = ["expires", "expires twice", "rejected for good", "forbidden", "secret revoked"] as const;

export const fault: Fault = {
  id: "V23",
  shortSeeds: 4,
  async run(arena) {
    const variant = variants[Math.floor(arena.random() * variants.length)]!;
    const at = Math.floor(arena.random() * 4);
    arena.note(`${variant}, request ${at}`);
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const staff = anEsrPerson();
    const count = 7 + Math.floor(arena.random() * 6);
    const immunizations = Array.from({ length: count }, (_, i) => immunization(`i${i}`, staff, { on: `2024-0${(i % 9) + 1}-11` }));
    const clinic = await startFhir({
      patients: [patient(staff)],
      immunizations,
      observations: [],
      clientId: "hub",
      clientSecret: "s",
      clock,
    });
    arena.after(() => clinic.close());
    const meddler = await startMeddler(clinic.url);
    arena.after(() => meddler.close());
    const database = await arena.database();
    const hub = await testHub({
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: { SECRET: "s" },
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - id: zqa-oh
    connector: fhir
    organisations: [ZQA]
    settings:
      baseUrl: "${meddler.url}/fhir/R4"
      auth: { kind: client-credentials, tokenUrl: "${meddler.url}/oauth2/token", clientId: hub, clientSecret: { env: SECRET } }
      staffIdentifierSystem: "${staffNumberSystem}"
      patientLookup: include
      pageSize: 2
`,
    });
    arena.after(() => hub.close());
    writeGoFile(`${arena.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff) });
    await hub.sync("zqa-esr");
    const isData = (path: string) => path.includes("/Immunization");
    let data = 0;
    meddler.meddle(({ path }) => {
      if (path === "/oauth2/token") {
        const body = JSON.stringify({ error: "invalid_client" });
        return variant === "secret revoked" && data > at ? { status: 401, contentType: "application/json", body } : "pass";
      }
      if (!isData(path)) return "pass";
      const turn = data++;
      if (turn < at) return "pass";
      if (variant === "forbidden") return answer(403);
      if (variant === "rejected for good" || variant === "secret revoked") return answer(401);
      // The vendor forgets the token while it answers; the next request is rejected.
      if (turn === at || (variant === "expires twice" && turn === at + 2)) clinic.control.revokeTokens();
      return "pass";
    });
    const { outcome, error } = await hub.sync("zqa-oh");
    const tokens = () => meddler.seen.filter(({ path }) => path === "/oauth2/token").length;
    if (variant.startsWith("expires")) {
      expectThat(outcome === "COMPLETED", `ended ${outcome} ${error?.code}`);
      expectThat(tokens() <= (variant === "expires" ? 2 : 3), `fetched ${tokens()} tokens`);
    } else {
      expectThat(error?.class === "auth", `expected auth, got ${error?.code} ${error?.class}`);
      expectThat(error.code === (variant === "forbidden" ? "PERMISSION_MISSING" : "CREDENTIALS_REJECTED"), `got ${error.code}`);
      // One refresh after a 401 and none after a 403; then it stops.
      expectThat(data <= at + 2 && tokens() <= 2, `asked ${data} times and fetched ${tokens()} tokens`);
      const told = await hub.system("zqa-oh");
      expectThat(["STOPPED", "NEVER_WORKED", "PAUSED"].includes(told.state), `its state is ${told.state}`);
      expectThat(
        told.problems.some(({ code, owner }) => code === error.code && owner === "TRUST"),
        "nobody is told",
      );
    }
    meddler.meddle(undefined);
    const began = performance.now();
    if (outcome !== "COMPLETED") {
      const healed = await hub.sync("zqa-oh");
      expectThat(healed.outcome === "COMPLETED", `after the cure it ended ${healed.outcome} ${healed.error?.code}`);
    }
    const compared = await compareWithTruth(hub, "zqa-oh", {
      records: immunizations.map(({ id }) => ({ kind: "immunisation", sourceId: `Immunization/${id}` })),
    });
    compared.differences.forEach(arena.note);
    return { ...compared, recoveryMs: performance.now() - began };
  },
};
