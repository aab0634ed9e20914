/**
 * The files that a simulated ESR receives and answers: PROVISIONAL, like everything about ESR's inbound side. Kept apart from the
 * hub's own layout on purpose: a mistake in one shows against the other.
 */
export interface AwardReceived {
  readonly line: string;
  readonly reference: string;
  readonly personId: string;
  readonly competenceName: string;
  /** YYYYMMDD */
  readonly dateFrom: string;
  readonly proficiency: string;
}

export type RejectionCode = "01" | "02" | "03" | "04" | "05";
/** What the codes say: person unknown, competence unknown, position closed, held already, record unreadable. */
export const rejections = {
  personUnknown: "01",
  competenceUnknown: "02",
  positionClosed: "03",
  duplicate: "04",
  unreadable: "05",
} as const satisfies Record<string, RejectionCode>;

export interface Received {
  /** In the order of the file; a row that cannot be read has only what could be made out. */
  readonly rows: readonly (AwardReceived | { readonly line: string; readonly reference: string; readonly unreadable: true })[];
}

const columns = 10;

/** undefined: not a file of the agreed form as a whole (header, trailer, own name, VPD). */
export function readAwardFile(name: string, vpd: string, bytes: Buffer): Received | undefined {
  const lines = bytes.toString("latin1").split("\n");
  if (lines.pop() !== "") return undefined;
  const header = (lines.shift() ?? "").split("~");
  const trailer = (lines.pop() ?? "").split("~");
  if (header.length !== 6 || header[0] !== "HDR" || header[1] !== name || header[3] !== vpd) return undefined;
  if (trailer.length !== 2 || trailer[0] !== "TRL" || trailer[1] !== String(lines.length)) return undefined;
  return { rows: lines.map((line, index) => readRow(line, index + 1)) };
}

function readRow(text: string, expected: number): Received["rows"][number] {
  const fields = text.split("~");
  const [type, line = "", reference = "", personId, , kind, competenceName, status, dateFrom, proficiency] = fields;
  const readable =
    type === "CAW" &&
    fields.length === columns + 1 &&
    line === String(expected) &&
    kind === "PERSONAL" &&
    status === "ACHIEVED" &&
    /^\d{8}$/.test(dateFrom ?? "");
  if (!readable) return { line: String(expected), reference, unreadable: true };
  return { line, reference, personId: personId!, competenceName: competenceName!, dateFrom: dateFrom!, proficiency: proficiency! };
}

export interface AnswerToWrite {
  readonly line: string;
  readonly reference: string;
  readonly elementId?: string;
  readonly rejection?: RejectionCode;
}

export function acknowledgementFile(
  file: { readonly vpd: string; readonly day: string; readonly sequence: number; readonly createdAt: string; readonly answers: string },
  answers: readonly AnswerToWrite[],
): { readonly name: string; readonly text: string } {
  const name = `LY_${file.vpd}_ESR_CAK_${file.day}_${String(file.sequence).padStart(8, "0")}.DAT`;
  const rows = answers.map(({ line, reference, elementId, rejection }) =>
    ["ACK", line, reference, elementId ? "LOADED" : "REJECTED", elementId ?? "", rejection ?? ""].join("~"),
  );
  const header = ["HDR", name, file.createdAt, file.vpd, file.answers, "provisional-1"].join("~");
  return { name, text: [header, ...rows, `TRL~${rows.length}`, ""].join("\n") };
}
