/** lanyard.yaml of the demonstration: the real format, with the addresses at which the sandbox answers today. */
import { addDays, addMonths } from "../population/days";
import { notSignatory } from "../population/organisations";
import { staffNumberSystem } from "../views/larkspur";

export interface SandboxAddresses {
  readonly moodle: string;
  readonly fernleaf: string;
  readonly fernleafToken: string;
  readonly larkspurWorkforce: string;
  readonly larkspurWorkforceToken: string;
  readonly larkspurFhir: string;
  readonly larkspurFhirToken: string;
}

/** Names under which the hub signs in. */
export const clients = {
  fernleaf: "lanyard-at-fernleaf",
  larkspurWorkforce: "lanyard-at-larkspur",
  larkspurFhir: "lanyard-fhir",
  keyId: "lanyard-1",
} as const;
/** Environment variables the configuration refers to. */
export const secretNames = { moodle: "ZQA_MOODLE_TOKEN", larkspurFhir: "LARKSPUR_FHIR_SECRET" } as const;
/** Files beside lanyard.yaml. */
export const files = {
  privateKey: "keys/lanyard.pem",
  courses: "maps/zqa-courses.csv",
  renewals: "maps/zqb-renewals.csv",
  requirements: { ZQA: "maps/zqa-requirements.csv", ZQB: "maps/zqb-requirements.csv", ZQC: "maps/zqc-requirements.csv" },
  covers: "maps/zqb-covers.csv",
  signatories: "maps/signatories.csv",
  esr: "esr",
  exchange: "exchange",
  clearances: "drops/zqc-clearances",
  placements: "drops/zqa-placements",
} as const;

export function demonstrationConfig(addresses: SandboxAddresses, firstDay: string): string {
  return `# Lanyard demonstration. Synthetic people and organisations. Not an NHS service.
# Written anew at every start, with the addresses the simulated systems have got. To make it yours, copy it elsewhere,
# change it, and run: npm start -- --config my.yaml
mode: demonstration

# Who may sign in to the console. Without a password: in a demonstration only.
console:
  operators:
    - { name: P. Okafor (ESR team), role: ops }
    - { name: L. Hart (Northbridge), role: trust-admin, organisation: ZQA }

# Whom a command may come as (--operator "<name>") where an act takes two people: in a demonstration only.
commandLine:
  people: [R. Iqbal (information governance), T. Brandt (information governance), Dr M. Chen (occupational health)]

organisations:
  # Lead employer of the doctors in training. Its Moodle has courses of its own: the map says what they award.
  - { odsCode: ZQA, vpd: "991", name: Northbridge University Hospitals, cstfAligned: true, leadEmployer: true, courseMap: ${files.courses}, requirements: ${files.requirements.ZQA}, esrExchange: ${files.exchange}/991 }
  # Asks for fire safety every 12 months instead of the national 24, with its reason in the file.
  - { odsCode: ZQB, vpd: "992", name: Eastmoor Hospitals, cstfAligned: true, renewals: ${files.renewals}, requirements: ${files.requirements.ZQB}, covers: ${files.covers}, esrExchange: ${files.exchange}/992 }
  - { odsCode: ZQC, vpd: "993", name: Saltmarsh Community, cstfAligned: true, requirements: ${files.requirements.ZQC}, esrExchange: ${files.exchange}/993 }
  # Has just registered its interest.
  - { odsCode: ZQD, vpd: "994", name: Kingsmere Children's, cstfAligned: false }
  # Outside ESR and outside the training agreement: what it awards is shown and not accepted.
  - { odsCode: ${notSignatory.odsCode}, name: ${notSignatory.name}, cstfAligned: false }

# Who recognises whose training: members of the staff movement agreement, and alignment with the framework.
signatories: ${files.signatories}

connections:
  # ESR tells of people, posts, competences and registrations in Generic Outbound files, one folder per employer.
  - id: zqa-esr
    title: ESR of Northbridge
    connector: esr
    organisations: [ZQA]
    everyMinutes: 60
    freshWithin: 36h
    settings: { folder: ${files.esr}/991 }
  - id: zqb-esr
    title: ESR of Eastmoor
    connector: esr
    organisations: [ZQB]
    everyMinutes: 60
    freshWithin: 36h
    settings: { folder: ${files.esr}/992 }
  - id: zqc-esr
    title: ESR of Saltmarsh
    connector: esr
    organisations: [ZQC]
    everyMinutes: 60
    freshWithin: 36h
    settings: { folder: ${files.esr}/993 }
  # No file yet: being set up.
  - id: zqd-esr
    title: ESR of Kingsmere
    connector: esr
    organisations: [ZQD]
    everyMinutes: 60
    freshWithin: 36h
    goLiveOn: "${addDays(firstDay, 120)}"
    settings: { folder: ${files.esr}/994 }

  # Northbridge's learning. The custom report is the one call that tells the times of all completions.
  - id: zqa-moodle
    title: Northbridge Moodle
    connector: moodle
    organisations: [ZQA]
    everyMinutes: 15
    freshWithin: 2h
    # What Northbridge's staff have learned goes to their ESR.
    esr: { competenceAwards: { mode: on, approvedBy: "Director of Workforce, Northbridge" } }
    settings: { baseUrl: "${addresses.moodle}", token: { env: ${secretNames.moodle} }, staffKey: idnumber, timeZone: Europe/London, completionReport: 1 }

  # Eastmoor's learning and DBS outcomes, by the passport contract: person by person.
  - id: zqb-fernleaf
    title: Fernleaf LMS
    connector: workforce-api
    organisations: [ZQB]
    everyMinutes: 60
    freshWithin: 26h
    esr: { competenceAwards: { mode: on, approvedBy: "Chief People Officer, Eastmoor" } }
    settings:
      baseUrl: "${addresses.fernleaf}"
      tokenUrl: "${addresses.fernleafToken}"
      clientId: ${clients.fernleaf}
      privateKey: { file: ${files.privateKey} }
      keyId: ${clients.keyId}
      reads: [core-skills, dbs]

  # Larkspur is one occupational health system for two trusts. Northbridge reads it by the passport contract ...
  - id: larkspur-workforce
    title: Larkspur Occupational Health (Northbridge)
    connector: workforce-api
    organisations: [ZQA]
    everyMinutes: 60
    freshWithin: 26h
    settings:
      baseUrl: "${addresses.larkspurWorkforce}"
      tokenUrl: "${addresses.larkspurWorkforceToken}"
      clientId: ${clients.larkspurWorkforce}
      privateKey: { file: ${files.privateKey} }
      keyId: ${clients.keyId}
      reads: [vaccinations, clinical-tests, observations]
  # ... and Eastmoor by FHIR. Each row says whose it is.
  - id: larkspur-fhir
    title: Larkspur Occupational Health (Eastmoor)
    connector: fhir
    organisations: [ZQB]
    organisationFrom: performer
    everyMinutes: 15
    freshWithin: 4h
    settings:
      baseUrl: "${addresses.larkspurFhir}"
      auth: { kind: client-credentials, tokenUrl: "${addresses.larkspurFhirToken}", clientId: ${clients.larkspurFhir}, clientSecret: { env: ${secretNames.larkspurFhir} } }
      staffIdentifierSystem: "${staffNumberSystem}"
      patientLookup: include

  # Saltmarsh's learning: nobody asks Tidewater, it pushes to /intake/zqc-tidewater/records, signed with a key of the hub's.
  - id: zqc-tidewater
    title: Tidewater LMS
    connector: push
    organisations: [ZQC]
    freshWithin: 7d
    settings: { staffKey: ESR_EMPLOYEE_NUMBER }

  # Saltmarsh's occupational health drops a file: outcomes only.
  - id: zqc-clearances
    title: Saltmarsh clearances
    connector: csv
    organisations: [ZQC]
    organisationFrom: organisation
    everyMinutes: 60
    freshWithin: 7d
    settings: { folder: ${files.clearances} }

  # Northbridge, lead employer, drops its doctors' placements: where each is now and next, each with an own start day.
  - id: zqa-placements
    title: Northbridge placements
    connector: csv
    organisations: [ZQA]
    everyMinutes: 60
    freshWithin: 7d
    settings: { mapping: placements, folder: ${files.placements} }

# Who may read whose records, for people placed or employed there; one line for each direction. Health goes no further than the
# outcome of a clearance. Saltmarsh shares no training with Eastmoor: that needs the person's Yes to a transfer.
sharingAgreements:
${agreements(firstDay)}`;
}

/** The agreements of the demonstration: the training agreement around the lead employer, and a narrow one between the hosts. */
function agreements(firstDay: string): string {
  const from = addMonths(firstDay, -14).slice(0, 7).concat("-01");
  const signs: Readonly<Record<string, string>> = {
    ZQA: "Director of Workforce, Northbridge University Hospitals",
    ZQB: "Chief People Officer, Eastmoor Hospitals",
    ZQC: "Head of People, Saltmarsh Community",
  };
  const one = (reference: string, controller: string, organisation: string, labels: string) =>
    `  - { reference: ${reference}, controller: ${controller}, organisation: ${organisation}, labels: [${labels}], from: "${from}", signedBy: { controller: "${signs[controller]}", organisation: "${signs[organisation]}" } }\n`;
  return [
    // The hosts rely on the lead employer's records, its clearance among them; the lead employer reads what the hosts hold of its doctors.
    one("WSA-2025-01", "ZQA", "ZQB", "R1, R2, R3, R4, R7"),
    one("WSA-2025-01", "ZQB", "ZQA", "R1, R2, R3, R7"),
    one("WSA-2025-02", "ZQA", "ZQC", "R1, R2, R3, R4, R7"),
    one("WSA-2025-02", "ZQC", "ZQA", "R1, R2, R3, R7"),
    one("WSA-2025-03", "ZQC", "ZQB", "R1, R2, R4"),
  ].join("");
}
