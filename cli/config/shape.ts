import { z } from "zod";
import { type Budget, usualRates } from "../../gateway/rates";
import { weekdays } from "../../schema/operations/maintenance";
import { clientShape, issuerShape, roleAssignmentShape } from "./identity-shape";

/** The shape of lanyard.yaml. Connection settings are checked by each connector's own schema (check.ts). */

const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(s|m|h|d)$/, "a number and s, m, h or d, for example 2h")
  .describe("A length of time: a number and s, m, h or d, for example 2h.");
const day = z.iso.date().describe("A day, YYYY-MM-DD.");
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time in quotes, for example "02:00"');
const odsCode = z.string().regex(/^[A-Z0-9]{3,10}$/, "an ODS code: 3 to 10 capital letters or digits");

/** What kit/addresses.ts understands; an address with https:// before it would match nothing, and a bad subnet stop the run. */
const allowedHost = z
  .string()
  .regex(
    /^([A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?|(\d{1,3}\.){3}\d{1,3}\/([12]?\d|3[0-2])|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*\/(\d{1,2}|1[01]\d|12[0-8]))$/,
    "a host, host:port or subnet, for example lms.example.nhs.uk or 10.20.0.0/16",
  );

const organisation = z
  .strictObject({
    odsCode: odsCode.describe("ODS code of the organisation."),
    vpd: z
      .string()
      .regex(/^[0-9A-Z]{3}$/, 'three characters in quotes, for example "991"')
      .optional()
      .describe("Virtual private database (employing authority) in ESR; leave out for an organisation outside ESR."),
    name: z.string().min(1).max(200).describe("Name as people know it."),
    cstfAligned: z.boolean().default(false).describe("Has declared alignment with the Core Skills Training Framework."),
    leadEmployer: z
      .boolean()
      .default(false)
      .describe("Is lead employer of doctors in training. Recorded; ESR's own assignment categories decide who is one today."),
    courseMap: z.string().optional().describe("CSV: course, competence, from, to. Which competence a course of the LMS awards."),
    codeMap: z.string().optional().describe("CSV: list, code, value, from, to. What a code of a vendor's own means in our list."),
    renewals: z
      .string()
      .optional()
      .describe("CSV: competence, months, reason, approved_by, from, to. Deviations from the national renewal periods."),
    requirements: z
      .string()
      .optional()
      .describe("CSV: staff_group, job_role, standard, competence, minutes, from, to. What is asked of whoever starts here."),
    covers: z
      .string()
      .optional()
      .describe("CSV: held, covers, source, assumed, from, to. Which level held answers which level asked; an assumed line gives unknown."),
    esrExchange: z
      .string()
      .min(1)
      .optional()
      .describe("Folder with In/ (files to this organisation's ESR) and Out/ (its acknowledgements); needed where anything is sent."),
  })
  .describe("One employer or provider.");

const esrFeed = z.strictObject({
  mode: z
    .enum(["observe", "shadow", "on"])
    .default("shadow")
    .describe("observe: look only; shadow: compute and compare, send nothing; on: send."),
  fedBy: z
    .enum(["hub", "vendor"])
    .default("hub")
    .describe("Who feeds ESR with this data set: many vendors have an interface of their own."),
  approvedBy: z.string().min(1).optional().describe("Named approver of the trust; required for mode on."),
});

const towardsEsr = z.strictObject({
  competenceAwards: esrFeed.prefault({}).describe("National competences to the ESR of the substantive or lead employer."),
});

const agreement = z.strictObject({
  controller: odsCode.describe("Organisation that is controller of the data."),
  dpia: z.string().min(1).describe("Reference of the data protection impact assessment."),
  lawfulBasis: z.string().min(1).describe("Lawful basis, with article."),
  dataSets: z.array(z.string()).min(1).describe("Data sets the agreement covers."),
  approvedBy: z.string().min(1).describe("Who approved it."),
  reviewBy: day.describe("Day by which it must be reviewed; 30 days before it a warning, after it the connection is paused."),
});

const connection = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case words joined by hyphens")
      .describe("Never change it: it is part of every record's key."),
    title: z.string().max(200).optional().describe("Name for people; may change."),
    connector: z.string().describe("Connector of the catalogue: esr, moodle, workforce-api, fhir, xapi, csv, push."),
    organisations: z.array(odsCode).min(1).describe("Organisations it may speak for."),
    organisationFrom: z.string().optional().describe("Field that names the organisation of a row, when one system serves several."),
    everyMinutes: z.number().positive().max(10_080).optional().describe("Minutes between polls; default: the connector's."),
    freshWithin: duration.default("24h").describe("Target: how old the data may be before the connection counts as late."),
    absenceLimit: z
      .strictObject({ share: z.number().min(0).max(1).default(0.05), records: z.number().int().min(0).default(50) })
      .prefault({})
      .describe("A snapshot that lacks more than this share or number of records is held until a person confirms."),
    fullRead: z
      .string()
      .regex(/^(off|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$/, "two times of the day, for example 01:00-05:00, or off")
      .default("01:00-05:00")
      .describe("Hours of the night, in London, in which everything is read anew where a system only tells what has changed; or off."),
    rawDays: z
      .number()
      .int()
      .min(1)
      .max(365)
      .optional()
      .describe("Days that reduced raw records are kept; default 90 for learning, 35 for health."),
    allowHosts: z.array(allowedHost).default([]).describe("Hosts beyond that of the settings that this connection may call."),
    instance: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Name of the vendor's installation: connections with the same name share one budget. Default: connector and hosts."),
    requestsPerSecond: z
      .number()
      .positive()
      .max(1000)
      .optional()
      .describe(
        "Requests a second that the vendor allows, all workers and connections of the installation together. Default: the connector's.",
      ),
    maintenance: z
      .array(
        z
          .strictObject({
            from: timeOfDay.describe("First minute, HH:MM in Europe/London."),
            to: timeOfDay.describe("Minute from which it is over; at or before `from` it is of the next day."),
            days: z.array(z.enum(weekdays)).min(1).optional().describe("Days on which it begins; every day without."),
          })
          .refine(({ from, to }) => from !== to, { path: ["to"], message: "another time than from" }),
      )
      .default([])
      .describe("Times of maintenance: no run begins, failures are nobody's problem, and the freshness target stands still."),
    goLiveOn: day.optional().describe("Before this day a connection without success is being set up, after it it has never worked."),
    agreement: agreement.optional().describe("Required in production."),
    esr: towardsEsr
      .optional()
      .describe("Towards ESR, for each data set; without it competence awards are rehearsed (shadow) and nothing leaves."),
    settings: z.record(z.string(), z.unknown()).default({}).describe("Settings of the connector; see connectors/<name>/README.md."),
  })
  .describe("One organisation's use of one connector.");

const sharingAgreement = z
  .strictObject({
    reference: z.string().min(1).max(120).describe("Reference of the signed document; with both organisations it names the agreement."),
    controller: odsCode.describe("Organisation whose records may be read."),
    organisation: odsCode.describe("Organisation that may read them, for people placed or employed there."),
    labels: z
      .array(z.enum(["R1", "R2", "R3", "R4", "R7"]))
      .min(1)
      .describe(
        "What may be read: R1 personal, R2 posts, R3 training, R4 clearance outcome, R7 employment checks. Immunisations are never shared by agreement.",
      ),
    from: day.describe("First day."),
    to: day.optional().describe("Last day; without one until it is taken out of this file."),
    signedBy: z
      .strictObject({
        controller: z.string().min(1).max(200).optional().describe("Who has signed for the controller."),
        organisation: z.string().min(1).max(200).optional().describe("Who has signed for the reading organisation."),
      })
      .prefault({})
      .describe("Both signatures are needed; without them the agreement opens nothing."),
  })
  .describe("One direction of a workforce sharing agreement. What is taken out of this file ends at once.");

const operator = z.strictObject({
  name: z.string().min(1).max(100).describe("Name as it stands on the page and in the audit."),
  role: z.enum(["ops", "trust-admin"]).describe("ops: the ESR team; trust-admin: a trust's administrator."),
  organisation: odsCode.optional().describe("ODS code of a trust's administrator."),
});

const budget = (usual: Budget, of: string) =>
  z
    .strictObject({
      burst: z.number().int().min(1).max(1_000_000_000).default(usual.burst).describe("May be used at once after a rest."),
      perSecond: z.number().positive().max(1_000_000_000).default(usual.perSecond).describe("Comes back every second."),
    })
    .prefault({})
    .describe(of);

export const configShape = z
  .strictObject({
    mode: z
      .enum(["demonstration", "production"])
      .describe("production: no development issuer, no generated key, https only, agreements required."),
    listen: z
      .strictObject({ host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65_535).default(4000) })
      .prefault({})
      .describe("Where the gateway listens; in demonstration mode a taken port moves on."),
    organisations: z.array(organisation).min(1),
    connections: z.array(connection).default([]),
    signatories: z
      .string()
      .optional()
      .describe(
        "CSV: organisation, signatory_from, signatory_to, aligned_from, aligned_to, source. Who recognises whose training: members of the staff movement agreement, and alignment with the framework.",
      ),
    sharingAgreements: z.array(sharingAgreement).default([]).describe("Workforce sharing agreements between the organisations."),
    publicAddress: z
      .url()
      .optional()
      .describe("Address of the hub outside, without a slash at its end: its tokens are issued in this name. Default: where it listens."),
    issuers: z.array(issuerShape).default([]).describe("Login services whose tokens are believed."),
    roleAssignments: z.array(roleAssignmentShape).default([]).describe("Who of the staff comes in which role."),
    clients: z.array(clientShape).default([]).describe("Registered front-ends and systems."),
    subgraphs: z
      .partialRecord(z.enum(["staff", "learning", "health", "checks", "movement", "operations"]), z.url())
      .optional()
      .describe("Addresses of subgraphs that run in processes of their own."),
    console: z
      .strictObject({
        operators: z.array(operator).default([]).describe("Who may sign in to the console, without a password: demonstration only."),
      })
      .prefault({})
      .describe("The pages of the ESR team and the trusts."),
    commandLine: z
      .strictObject({
        people: z
          .array(z.string().min(1).max(100))
          .default([])
          .describe("Whom --operator may name where an act takes two people: demonstration only. In production each has an account."),
      })
      .prefault({})
      .describe("Commands run by hand."),
    keyHosts: z
      .array(allowedHost)
      .default([])
      .describe(
        "Private addresses or subnets that the jwks addresses of issuers and clients may lead to; without them public addresses only.",
      ),
    rates: z
      .strictObject({
        requests: budget(usualRates.requests, "Questions."),
        cost: budget(usualRates.cost, "What questions cost: fields times list sizes."),
        clientTimes: z
          .number()
          .min(1)
          .max(1_000_000)
          .default(usualRates.clientTimes)
          .describe("How many times as much a front-end has for all the people together that it acts for."),
      })
      .prefault({})
      .describe("What one caller may ask of one gateway in a while; beyond it 429 with Retry-After."),
    audit: z
      .strictObject({
        heads: z
          .string()
          .min(1)
          .optional()
          .describe(
            "Folder for the signed heads of the audit's chains; default: audit-heads beside the data. Whoever owns the database must not be able to write there.",
          ),
      })
      .prefault({})
      .describe("The audit of who saw and did what."),
    expiringWithinDays: z
      .number()
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe("Days before its last day that a competence counts as expiring."),
  })
  .describe("Configuration of Lanyard.");

export type ConfigShape = z.infer<typeof configShape>;

/** Minutes of the day; a window that ends before it begins ends on the next day. */
export function minutesOf(window: string): { readonly fromMinute: number; readonly toMinute: number } | undefined {
  if (window === "off") return undefined;
  const [fromMinute, until] = window.split("-").map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [number, number];
  return { fromMinute, toMinute: until > fromMinute ? until : until + 24 * 60 };
}

export function secondsOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  return Number(number) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as "s" | "m" | "h" | "d"];
}
