import { HubError } from "../../platform/errors";
import type { Page, RawRefusal, ReadMode, SourceSystem } from "../connector";
import { readCsv } from "../kit/csv";
import { inspectFile, listFolder } from "../kit/files";
import type { CsvCheckpoint, CsvSettings } from "./settings";
import { layouts } from "./vendor";

const rowsPerPage = 1000;

/** Numbers in names count as numbers: the tenth file comes after the ninth. */
const byName = new Intl.Collator("en", { numeric: true });

/** The newest file by name is a snapshot of everybody; the same file is never read twice. */
export async function* filePages(
  source: SourceSystem<CsvSettings>,
  since: CsvCheckpoint | undefined,
  mode: ReadMode = "increment",
): AsyncGenerator<Page<CsvCheckpoint>> {
  const { settings, signal } = source;
  const { dataSet, kind, required } = layouts[settings.mapping];
  const wanted = new RegExp(`^${settings.files.replace(/[.]/g, "\\.").replace(/\*+/g, ".*")}$`, "i");
  const files = (await listFolder(source.resolvePath(settings.folder), settings.folder))
    .filter(({ name }) => wanted.test(name))
    .sort((a, b) => byName.compare(a.name, b.name));
  const newest = files.at(-1);
  if (!newest) return;
  const { sha256, bytes, lines } = await inspectFile(newest.path, signal);
  if (mode !== "full" && since?.file === newest.name && since.sha256 === sha256) return;
  const held: CsvCheckpoint | undefined = since;
  const refusals: RawRefusal[] = [];
  let records: unknown[] = [];
  let refusedRaw: RawRefusal[] = [];
  let done = 0;
  for await (const row of readCsv({
    path: newest.path,
    name: newest.name,
    encoding: settings.encoding,
    required,
    signal,
  })) {
    done += 1;
    if (row.values) records.push(row.values);
    else {
      const refusal = {
        code: "ROW_FIELD_COUNT",
        sourceId: `${newest.name}:${row.line}`,
        got: String(row.fields),
        expected: String(row.columns),
      };
      refusals.push(refusal);
      refusedRaw.push(refusal);
    }
    // The checkpoint names a file only once it is read to its end: such a file is small and is begun again.
    if (records.length + refusedRaw.length >= rowsPerPage) {
      yield {
        dataSet,
        file: newest.name,
        records,
        refusedRaw,
        checkpoint: held ?? { file: "", sha256: "" },
        progress: { done, total: Math.max(done, lines - 1) },
      };
      records = [];
      refusedRaw = [];
    }
  }
  // Written to while it was read: nothing of the end of it is to be trusted.
  if ((await inspectFile(newest.path, signal)).bytes !== bytes)
    throw new HubError({ code: "FILE_INCOMPLETE", class: "transient", detail: { file: newest.name } });
  yield {
    dataSet,
    file: newest.name,
    records,
    refusedRaw,
    checkpoint: { file: newest.name, sha256 },
    progress: { done, total: done },
    completes: refusals.length === 0 ? [{ scope: "connection", key: source.connectionId, kinds: [kind] }] : [],
  };
}
