/** The other end of `subject export`: reads a sealed copy. It needs the file and its passphrase, and neither a hub nor its database. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { openFile } from "../../platform/sealed-file";
import { type Output, UsageError } from "../output";

/** Between the copy in words and the same for programs. */
export const beforeJson = "\n=== JSON ===\n";

export async function subjectOpen(output: Output, _: object, file = ""): Promise<undefined> {
  const bytes = read(file);
  const contents = openFile(bytes, await passphrase());
  if (contents === undefined)
    throw new UsageError(
      `${file}: no sealed copy, not its passphrase, or changed since. Next: give the passphrase that its export showed.`,
    );
  output.answer(JSON.parse(contents.slice(contents.lastIndexOf(beforeJson) + beforeJson.length)), () => contents.trimEnd());
  return undefined;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file}: expected a file that can be read; got ${(error as NodeJS.ErrnoException).code}.`);
  }
}

/** The first line of stdin: an argument would stand in the list of processes and in the shell's history. */
async function passphrase(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Passphrase: ");
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line.trim();
    return "";
  } finally {
    lines.close();
  }
}
