/** What a connection to a workforce system needs to know, and where it goes on. */
import { z } from "zod";
import { secretReference } from "../kit/define";

const readable = ["core-skills", "vaccinations", "clinical-tests", "observations", "dbs", "registrations", "right-to-work"] as const;

export const workforceSettings = z.strictObject({
  /** `<domain>/dsp-api`, or `<domain>/dsp-api/organisations/<ODS>` for a system that serves one organisation only. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  tokenUrl: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  /** PEM (PKCS #8) of the private key that signs our assertions. */
  privateKey: secretReference,
  keyId: z.string().min(1),
  /** RS512 is what NHS England's own interfaces ask for. */
  algorithm: z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]).default("RS512"),
  /** What this connection may read; everything else is dropped at the door. */
  reads: z.array(z.enum(readable)).min(1),
  /** Hours between sweeps over everybody: people are asked for one by one, so not more often than daily. */
  everyHours: z.number().min(1).default(24),
});
export type WorkforceSettings = z.infer<typeof workforceSettings>;

export const workforceCheckpoint = z.strictObject({
  /** Start of the sweep on the vendor's clock. */
  sweep: z.string(),
  /** Position in the connection's list of organisations. */
  organisation: z.number().int().min(0),
  /** The last staff member who was asked for. */
  afterStaffKey: z.string().optional(),
  /** Somebody could not be asked about: the sweep then says nothing about what is missing. */
  incomplete: z.boolean().optional(),
  /** People linked before who were asked about, and those of them whom the vendor no longer knows. */
  linkedBefore: z.number().int().optional(),
  gone: z.number().int().optional(),
  /** The sweep is through: nothing to do until the next is due. */
  finished: z.boolean(),
});
export type WorkforceCheckpoint = z.infer<typeof workforceCheckpoint>;
