/**
 * ESR's shape of what we send and of what it answers. PROVISIONAL: ESR's inbound layout is not public, so that the whole of
 * it is data (layouts/competence-award.json) in the style of its own outbound files, and this file only writes and reads it.
 */
import { createHash } from "node:crypto";
import { HubError } from "../platform/errors";
import { EsrReason } from "../schema/learning/esr-standing";
import layout from "./layouts/competence-award.json";

export const layoutVersion = layout.version;
export const competenceAwardLayout = layout;

/** One award as it goes to ESR. */
export interface AwardToSend {
  readonly reference: string;
  readonly esrPersonId: string;
  readonly employeeNumber: string | undefined;
  readonly esrName: string;
  readonly awardedOn: string;
  readonly proficiency: string | undefined;
  /** ODS code of the issuer: the one stated, else the controller. */
  readonly awardedBy: string;
}

export interface FileToSend {
  readonly vpd: string;
  readonly mode: "shadow" | "on";
  readonly sequence: number;
  readonly day: string;
  readonly createdAt: Date;
}

const encoding = layout.encoding as BufferEncoding;
const { separator } = layout;
const patterns = layout.columns.map((column) => ({ ...column, test: new RegExp(column.pattern) }));

export function fileName(file: Pick<FileToSend, "vpd" | "mode" | "sequence" | "day">): string {
  return filled(layout.file.name, {
    vpd: file.vpd,
    kind: layout.file.kinds[file.mode],
    date: file.day.replaceAll("-", ""),
    sequence: String(file.sequence).padStart(8, "0"),
  });
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

/** YYYYMMDD HHMMSS, UTC. */
function stamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "").replace("T", " ");
}

/** The same awards give the same bytes. */
export function writeFile(file: FileToSend, awards: readonly AwardToSend[]): { name: string; bytes: Buffer; sha256: string } {
  const name = fileName(file);
  const header = ["HDR", name, stamp(file.createdAt), file.vpd, String(file.sequence), layout.version];
  const rows = awards.map((award, index) => writeRow(award, index + 1));
  const text = [header.join(separator), ...rows, ["TRL", String(rows.length)].join(separator), ""].join("\n");
  const bytes = Buffer.from(text, encoding);
  return { name, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function writeRow(award: AwardToSend, line: number): string {
  const values: Readonly<Record<string, string | undefined>> = {
    line: String(line),
    reference: award.reference,
    esrPersonId: award.esrPersonId,
    employeeNumber: award.employeeNumber,
    competenceType: "PERSONAL",
    competenceName: award.esrName,
    status: "ACHIEVED",
    dateFrom: award.awardedOn.replaceAll("-", ""),
    proficiency: award.proficiency,
    awardingOrganisation: award.awardedBy,
  };
  const fields = patterns.map((column) => {
    const value = values[column.name];
    if (value !== undefined && column.test.test(value) && !value.includes(separator)) return value;
    // What ESR need not have is left out when it is not in ESR's words; without the rest the row would say something else.
    if (!column.required) return "";
    throw new HubError({
      code: "ESR_VALUE_UNSENDABLE",
      class: "internal",
      detail: { column: column.name, reference: award.reference, got: value === undefined ? "nothing" : "something else" },
    });
  });
  return [layout.row, ...fields].join(separator);
}

// --- what ESR answers ---------------------------------------------------------------------------------------------------

export type Answer =
  | { readonly line: number; readonly reference: string; readonly outcome: "LOADED"; readonly elementId: string }
  | { readonly line: number; readonly reference: string; readonly outcome: "REJECTED"; readonly reason: EsrReason };

export interface Acknowledgement {
  readonly name: string;
  readonly vpd: string;
  /** Name of the file that is answered. */
  readonly file: string;
  readonly answers: readonly Answer[];
}

const reasons = new Map(
  Object.entries(layout.acknowledgement.reasons).map(([code, reason]) => [code, EsrReason[reason as keyof typeof EsrReason]]),
);

/** Throws ESR_ACK_UNREADABLE with the place; what a half-written file would say is not used. */
export function readAcknowledgement(name: string, bytes: Buffer): Acknowledgement {
  const unreadable = (pointer: string, expected: string): HubError =>
    new HubError({ code: "ESR_ACK_UNREADABLE", class: "malformed-page", detail: { file: name, pointer, expected } });
  const lines = bytes.toString(encoding).split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const header = (lines[0] ?? "").split(separator);
  if (header[0] !== "HDR" || header.length !== layout.acknowledgement.header.length) throw unreadable("/HDR", "the header row");
  if (header[1] !== name) throw unreadable("/HDR/1", "the file's own name");
  // It is looked up by this name: what could be no name of ours (a NUL, for one) must not stop the lookup.
  if (!/^[\x21-\x7e]{1,100}$/.test(header[4]!)) throw unreadable("/HDR/4", "the name of the file that is answered");
  const trailer = (lines.at(-1) ?? "").split(separator);
  const rows = lines.slice(1, -1);
  if (trailer[0] !== "TRL" || Number(trailer[1]) !== rows.length) throw unreadable("/TRL", `a trailer that counts ${rows.length} rows`);
  const answers = rows.map((text, index): Answer => {
    const at = `/${index + 2}`;
    const fields = text.split(separator);
    if (fields[0] !== layout.acknowledgement.row || fields.length !== layout.acknowledgement.columns.length + 1)
      throw unreadable(at, `${layout.acknowledgement.row} with ${layout.acknowledgement.columns.length} fields`);
    const [, line, reference, outcome, elementId, reason] = fields as [string, string, string, string, string, string];
    if (!/^[1-9]\d{0,8}$/.test(line)) throw unreadable(`${at}/line`, "a whole number");
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(reference)) throw unreadable(`${at}/reference`, "the reference of a delivery");
    if (outcome === "LOADED") {
      if (!/^[0-9]{1,15}$/.test(elementId)) throw unreadable(`${at}/elementId`, "ESR's element id");
      return { line: Number(line), reference, outcome, elementId };
    }
    if (outcome !== "REJECTED") throw unreadable(`${at}/outcome`, layout.acknowledgement.outcomes.join(" or "));
    return { line: Number(line), reference, outcome, reason: reasons.get(reason) ?? EsrReason.OTHER };
  });
  return { name, vpd: header[3]!, file: header[4]!, answers };
}
