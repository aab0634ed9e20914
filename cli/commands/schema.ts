import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { generatedFiles } from "../../gateway/generated";
import { openApiText } from "../../sync/intake/openapi";
import { registeredOperations } from "../compose/registered-operations";
import { configShape } from "../config/shape";
import { projectRoot } from "../environment";
import { exitCodes, type Output } from "../output";

/** Files that are generated and committed: what editors, reviewers and the gateway read. */
function files(): readonly { path: string; content: string }[] {
  const configuration = z.toJSONSchema(configShape, { io: "input" });
  return [
    ...generatedFiles(),
    { path: "cli/config/lanyard.schema.json", content: `${JSON.stringify({ title: "lanyard.yaml", ...configuration }, null, 2)}\n` },
    { path: "docs/vendors/openapi.json", content: openApiText() },
    { path: "gateway/operations/manifest.json", content: `${JSON.stringify(registeredOperations(), null, 2)}\n` },
  ];
}

export async function schema(output: Output, options: { check: boolean; write: boolean }): Promise<number> {
  const stale: string[] = [];
  for (const file of files()) {
    const target = path.join(projectRoot, file.path);
    let held = "";
    try {
      held = readFileSync(target, "utf8");
    } catch {}
    if (held === file.content) continue;
    stale.push(file.path);
    if (options.write) writeFileSync(target, file.content);
  }
  output.answer({ stale, written: options.write }, () =>
    stale.length === 0
      ? "Everything generated is up to date."
      : `${options.write ? "Written" : "Out of date"}: ${stale.join(", ")}${options.write ? "" : "\nNext: npm run schema, and commit it with its cause."}`,
  );
  return stale.length > 0 && options.check ? exitCodes.failed : exitCodes.ok;
}
