import { defineConnector } from "../kit/define";
import { normaliseClearance } from "./clearances";
import { filePages } from "./client";
import { deliversWith, everything } from "./layout";
import { normaliseMapped } from "./mapped";
import { normalisePlacement } from "./placements";
import { checkpoint, settings } from "./settings";
import { clearance, raw } from "./vendor";

/** Files from a folder or over SFTP: what ships (clearances, placements, the national batch, ESR's export), or any mapping of columns. */
export const csv = defineConnector({
  name: "csv",
  version: 1,
  title: "Files: columns mapped to records (layouts that ship are provisional)",
  delivers: everything,
  deliversWith,
  settings,
  checkpoint,
  raw,
  poll: {
    // Exports are made once a day; looking into a folder costs nothing.
    everyMinutes: 15,
    requestsPerSecond: 1,
    pages: filePages,
  },
  hosts: ({ sftp }) => (sftp ? [`${sftp.host}:${sftp.port}`] : []),
  normalise: (row, context) => {
    const { mapping } = context.settings;
    // Received under another mapping than the one in force now: its cells are not those that the mapping speaks of.
    if ("mapped" in row !== (typeof mapping !== "string")) return [{ ignored: "other-mapping" }];
    if ("mapped" in row)
      return row.mapped.record === (mapping as { record: string }).record
        ? normaliseMapped(row.mapped, mapping as never, context)
        : [{ ignored: "other-mapping" }];
    return mapping === "placements" ? normalisePlacement(row, context) : normaliseClearance(clearance.parse(row), context);
  },
});
