/** A contract report for machines (TAP 14) and for people (one HTML page that needs nothing else). */
import type { Finding, Report } from "./contract";

const oneLine = (text: string) => text.replace(/[\r\n]+/g, " ").replace(/#/g, "\\#");

export function tapOf(report: Report): string {
  const lines = [
    "TAP version 14",
    `# ${oneLine(report.subject)}: connector ${report.connector}, ${report.kind}`,
    `1..${report.findings.length}`,
  ];
  report.findings.forEach((finding, at) => {
    const { id, owes, outcome, says } = finding;
    const directive = directiveOf(finding);
    lines.push(`${outcome === "fail" ? "not ok" : "ok"} ${at + 1} - ${id}: ${oneLine(owes)}${directive ? ` # ${directive}` : ""}`);
    if (outcome === "fail")
      lines.push(
        "  ---",
        `  level: ${finding.level}`,
        `  found: ${JSON.stringify(says ?? "")}`,
        `  next: ${JSON.stringify(finding.cure)}`,
        "  ...",
      );
  });
  return `${lines.join("\n")}\n`;
}

/** A should, or an accepted gap, is shown and does not fail whoever reads the TAP. */
function directiveOf({ outcome, says, gap, level }: Finding): string | undefined {
  if (outcome === "skip") return `SKIP ${oneLine(says ?? "")}`;
  if (outcome !== "fail") return undefined;
  if (gap) return `TODO accepted by ${oneLine(gap.acceptedBy)} until ${gap.until}: ${oneLine(gap.reason)}`;
  return level === "should" ? "TODO should" : undefined;
}

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[one]!);

const words = { pass: "Kept", fail: "Not kept", skip: "Not told here" } as const;

export function htmlOf(report: Report): string {
  const count = (outcome: Finding["outcome"]) => report.findings.filter((one) => one.outcome === outcome).length;
  const { read } = report;
  const rows = report.findings.map(
    (one) => `<tr class="${one.outcome}${one.gap ? " gap" : ""}">
<th scope="row"><code>${escaped(one.id)}</code></th><td>${one.level}</td>
<td>${one.gap ? "Accepted gap" : words[one.outcome]}</td>
<td>${escaped(one.owes)}${one.says ? `<p>${escaped(one.says)}</p>` : ""}${one.outcome === "fail" ? `<p><strong>Next:</strong> ${escaped(one.cure)}</p>` : ""}${
      one.gap ? `<p>Accepted by ${escaped(one.gap.acceptedBy)} until ${one.gap.until}: ${escaped(one.gap.reason)}</p>` : ""
    }</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Contract report: ${escaped(report.subject)}</title>
<style>
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#212b32;background:#fff}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:700;padding:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.5rem;border-bottom:1px solid #aeb7bd}p{margin:.25rem 0}
tr.fail td:nth-child(3){color:#a30000;font-weight:700}tr.pass td:nth-child(3){color:#00662e}tr.gap td:nth-child(3){color:#6b4a00;font-weight:700}
@media(max-width:40rem){thead{position:absolute;left:-999rem}th,td{display:block;border:0;padding:.15rem .5rem}tr{display:block;border-bottom:1px solid #aeb7bd;padding:.5rem 0}}
</style></head><body>
<main><h1>${report.ok ? "The contract is kept" : "The contract is not kept"}</h1>
<p>${escaped(report.subject)}, by the connector <code>${escaped(report.connector)}</code> (${escaped(report.kind)}), ${escaped(report.madeAt)}.
${count("pass")} kept, ${count("fail")} not kept, ${count("skip")} cannot be told here.${
    read ? ` Read: ${read.vendorRecords} vendor records in ${read.pages} pages, ${read.records} records.` : ""
  }</p>
<table><caption>What is owed, and what was found</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Level</th><th scope="col">Found</th><th scope="col">What is owed</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></main></body></html>
`;
}
