import { definitionOfKind, recordKinds } from "../schema/kinds";

const inCell = (text: string) => text.replace(/\|/g, "\\|");

/** Every field of every record type: meaning, source, access label. Generated from the record classes. */
export function dictionary(): string {
  const lines = [
    "# Dictionary",
    "",
    "Generated from the record classes by `npm run schema`; do not edit. Access labels are those of `access/tables.ts`.",
  ];
  for (const kind of recordKinds) {
    const definition = definitionOfKind(kind);
    lines.push("", `## ${kind}`, "", definition.says, "");
    lines.push(
      `Table \`${definition.schema}.${definition.table}\`, about ${definition.subject === "staff-member" ? "a staff member" : "an organisation"}, access ${definition.access}.`,
    );
    lines.push("", "| field | type | required | meaning | source | access |", "|---|---|---|---|---|---|");
    for (const field of definition.fields) {
      const type = field.codeSet ? `${field.kind} (${field.codeSet})` : field.kind;
      const label = field.access ?? definition.access;
      const row = [
        field.name,
        type,
        field.nullable ? "" : "yes",
        field.says,
        field.source,
        field.storedOnly ? `${label}, not in the graph` : label,
      ];
      lines.push(`| ${row.map(inCell).join(" | ")} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}
