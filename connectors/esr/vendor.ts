import { z } from "zod";
import { type AddType, type DeleteType, deletes, layouts } from "./layouts";

/** `isChange`: of a change file, where a row may undo what an earlier file said; a full file undoes by leaving out. */
const version = { fileAt: z.iso.datetime(), fileOrder: z.number().int(), isChange: z.literal(true).optional() };
const value = z.string().optional();

/** One schema per row type, from the layout: only the columns that are read exist. */
function addRow<T extends AddType>(type: T) {
  const shape = Object.fromEntries(
    Object.keys(layouts[type].reads).map((name) => [name, name === layouts[type].key ? z.string().min(1) : value]),
  );
  return z.object({ row: z.literal(type), ...version, ...(shape as { [K in keyof (typeof layouts)[T]["reads"]]: typeof value }) });
}

export const raw = z.discriminatedUnion("row", [
  addRow("PRA"),
  addRow("ASA"),
  addRow("POA"),
  addRow("ORA"),
  addRow("LCA"),
  addRow("CDA"),
  addRow("CMA"),
  addRow("ETA"),
  z.object({ row: z.enum(Object.keys(deletes) as [DeleteType, ...DeleteType[]]), ...version, id: z.string().min(1) }),
  z.object({ row: z.literal("not-read") }),
]);
export type Raw = z.infer<typeof raw>;
export type RawOf<T extends AddType> = Extract<Raw, { row: T }>;
