/** A subject's copy in words, for whoever reads it without a program. */
import type { ExportPart, SubjectExport } from "../../store/subject/export";

type Contents = Omit<SubjectExport, "main" | "health"> & ExportPart & { readonly part: "record" | "health" };

const value = (one: unknown): string =>
  one === null || one === undefined
    ? "-"
    : one instanceof Date
      ? one.toISOString()
      : typeof one === "object"
        ? JSON.stringify(one)
        : String(one);

export function exportText(copy: Contents): string {
  const lines = [
    `What ${copy.organisation} holds in Lanyard about ${copy.subject} (${copy.part === "health" ? "occupational health" : "everything but occupational health"}), as of ${copy.at}`,
    "",
    "It comes from:",
    ...copy.sources.map(({ connection, system }) => `  ${connection} (${system})`),
    ...(copy.others.length > 0 ? ["", `Other organisations hold records too, which are theirs to give: ${copy.others.join(", ")}`] : []),
    "",
    "Who has received it:",
    ...copy.recipients.map(
      (one) =>
        `  ${one.organisation ?? "-"}, ${one.role}${one.client ? ` through ${one.client}` : ""}, for ${one.purpose ?? "-"}: ${one.times} times, ${one.first} to ${one.last}`,
    ),
    ...copy.esrFiles.map(
      (file) =>
        `  ESR of ${value(file.organisation)}: ${value(file.lines)} lines in ${value(file.name)} (${value(file.state)}, ${value(file.sent_at)})`,
    ),
  ];
  for (const { table, rows } of copy.sections) {
    lines.push("", `${table}: ${rows.length}`);
    for (const row of rows)
      lines.push(
        "",
        ...Object.entries(row)
          .filter(([, one]) => one !== null)
          .map(([name, one]) => `  ${name}: ${value(one)}`),
      );
  }
  return lines.join("\n");
}
