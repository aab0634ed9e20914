import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Config, ConfigError, loadConfig } from "../../cli/config/load";

/** The least of a configuration: one trust. */
export const trust = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge }
`;

/** A lanyard.yaml, and what it refers to, in a folder of its own for each test of the file that calls this. */
export function configurationFolder() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "lanyard-config-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const pathOf = (name: string) => path.join(folder, name);
  const load = (yaml: string, environment: Record<string, string> = {}): Config => {
    writeFileSync(pathOf("lanyard.yaml"), yaml);
    return loadConfig(pathOf("lanyard.yaml"), { today: "2026-11-22", environment });
  };
  /** Each fault as "line at: say > cure". */
  function faultsOf(yaml: string, environment: Record<string, string> = {}): string[] {
    try {
      load(yaml, environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const fault of error.faults) {
        expect(fault.cure).not.toBe("");
        // What people read has the file, the line and the cure of every fault.
        expect(error.message).toContain(`lanyard.yaml${fault.line === undefined ? "" : `:${fault.line}`}  `);
        expect(error.message).toContain(fault.cure);
      }
      return error.faults.map((fault) => `${fault.line ?? "-"} ${fault.at}: ${fault.say} > ${fault.cure}`);
    }
    throw new Error("this configuration was expected to have faults");
  }
  return { pathOf, load, faultsOf };
}
