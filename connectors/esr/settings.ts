import { z } from "zod";

export const settings = z.strictObject({
  /** Folder into which the Generic Outbound files of this organisation are delivered. */
  folder: z.string().min(1),
  /** ESR delivers ISO-8859-1. */
  encoding: z.enum(["iso-8859-1", "utf-8"]).default("iso-8859-1"),
  /** Whether full files take numbers of the change files' own sequence. Assumed not: then the previous-run instant alone proves the order after a full file. */
  fullFilesShareSequence: z.boolean().default(false),
});
export type EsrSettings = z.infer<typeof settings>;

export const checkpoint = z.strictObject({
  /** Last file that was begun. */
  file: z.string(),
  sha256: z.string(),
  /** Its this-run instant: the next change file must name it as its previous run. */
  thisRunAt: z.iso.datetime(),
  /** Its sequence number, when the next change file must carry the following one. */
  sequence: z.number().int().nullable(),
  /** Lines of it that are stored; null when it is finished. */
  row: z.number().int().nullable(),
});
export type EsrCheckpoint = z.infer<typeof checkpoint>;
