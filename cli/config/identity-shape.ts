import { z } from "zod";
import { rolesHeldBy } from "../../access/roles";

/** Who may call: login services, which roles their people hold, and registered clients. */

const odsCode = z.string().regex(/^[A-Z0-9]{3,10}$/, "an ODS code: 3 to 10 capital letters or digits");
const algorithms = z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]);

const level = z.strictObject({
  claim: z.string().min(1).describe("Claim that tells how somebody has signed in."),
  value: z.string().min(1).describe("Its value, to the letter."),
  aal: z.number().int().min(1).max(3).describe("Authentication level that it stands for."),
});
type Level = z.infer<typeof level>;

/** As the national services say it: CIS2 in acr and its own claim; NHS login in its vector of trust. */
const usualLevels: Readonly<Record<"staff" | "person", readonly Level[]>> = {
  staff: [
    { claim: "acr", value: "AAL2_ANY", aal: 2 },
    { claim: "acr", value: "AAL2_OR_AAL3_ANY", aal: 2 },
    { claim: "acr", value: "AAL3_ANY", aal: 3 },
    { claim: "authentication_assurance_level", value: "2", aal: 2 },
    { claim: "authentication_assurance_level", value: "3", aal: 3 },
  ],
  person: ["P9.Cp.Cd", "P9.Cp.Ck", "P9.Cm"].map((value) => ({ claim: "vot", value, aal: 2 })),
};
const usualRequires: Readonly<Record<"staff" | "person", Readonly<Record<string, string>>>> = {
  staff: {},
  person: { identity_proofing_level: "P9" },
};

export const issuerShape = z
  .strictObject({
    issuer: z.string().min(1).describe("Value of the iss claim, to the letter."),
    kind: z
      .enum(["staff", "person"])
      .describe("staff: a login of employers' staff, as CIS2; person: a login of anybody for themselves, as NHS login."),
    jwks: z.url().describe("Address of the issuer's public keys."),
    audience: z.string().min(1).describe("Value of the aud claim, to the letter."),
    algorithms: z.array(algorithms).min(1).describe("The only algorithms it signs with."),
    maxTokenAgeMinutes: z.number().positive().max(60).default(15).describe("Minutes since a token was issued, at most."),
    levels: z
      .array(level)
      .min(1)
      .optional()
      .describe("What stands for which authentication level; by default what CIS2 (staff) and NHS login (person) say. Nothing said: none."),
    requires: z
      .record(z.string(), z.string())
      .optional()
      .describe("Claims without which a token is refused; by default identity_proofing_level P9 for persons."),
    uuidClaim: z
      .string()
      .min(1)
      .default("nhsid_useruid")
      .describe("Claim with the NHS CRS UUID; of staff only. It finds the person whose ESR record has it."),
  })
  .transform(({ levels, requires, ...rest }) => ({
    ...rest,
    levels: levels ?? usualLevels[rest.kind],
    requires: requires ?? usualRequires[rest.kind],
  }));

export const roleAssignmentShape = z
  .strictObject({
    issuer: z.string().min(1).describe("Staff issuer whose login it is."),
    subject: z.string().min(1).max(255).optional().describe("Value of sub; or uuid."),
    uuid: z.string().min(1).max(64).optional().describe("NHS CRS UUID; or subject."),
    role: z.enum(rolesHeldBy("staff") as [string, ...string[]]).describe("What the person is."),
    organisation: odsCode.optional().describe("Where; every role but ops and nhse belongs to an organisation."),
  })
  .describe("What somebody is at which organisation: a login says who somebody is, not what. The caller names the role it comes in.");

const publicKey = z
  .looseObject({ kty: z.enum(["RSA", "OKP"]), kid: z.string().min(1).describe("Key id; assertions name it.") })
  .refine((key) => !["d", "p", "q", "dp", "dq", "qi", "k"].some((name) => name in key), "the public half only");

export const clientShape = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case words joined by hyphens")
      .describe("What it says as iss and sub."),
    title: z.string().min(1).max(200).describe("Name for people: they approve it by this."),
    kind: z.enum(["passport", "system"]).describe("passport: a front-end that acts for a person; system: comes for itself."),
    jwks: z.url().optional().describe("Address of its public keys; or keys."),
    keys: z.array(publicKey).min(1).max(10).optional().describe("Its public keys (JWK); or jwks. Two while one follows the other."),
    labels: z
      .array(z.enum(["R1", "R2", "R3", "R4", "R5", "R7", "R10", "R11"]))
      .default([])
      .describe("Record types that its registration covers: no token of it covers more."),
    role: z
      .enum(rolesHeldBy("system") as [string, ...string[]])
      .optional()
      .describe("Of a system."),
    organisation: odsCode.optional().describe("Organisation that a system works for."),
    subjectAudience: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Audience of the logins that a front-end exchanges: its own client id at the login service. Default: the issuer's audience.",
      ),
  })
  .describe("A front-end or system that may ask the token endpoint.");
