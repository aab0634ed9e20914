import type { Delivery, RecordKind } from "../connector";
import { columnName } from "../kit/csv";
import { deliveryOf, kinds, type MappedKind } from "./kinds";
import { reducer } from "./mapped";
import { columnsOf } from "./mapping";
import type { CsvSettings } from "./settings";
import { ownLayouts } from "./vendor";

/** How a connection's files are to be read. */
export interface Layout {
  readonly dataSet: string;
  readonly kinds: readonly RecordKind[];
  readonly list: "snapshot" | "delta";
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Known, and no news. */
  readonly notRead: readonly string[];
  readonly separator: string;
  reducer(): (row: Readonly<Record<string, string>>, at: string) => unknown;
}

/** An achievement whose course is mapped awards competences as well. */
const kindsOf = (kind: MappedKind): readonly MappedKind[] => (kind === "achievement" ? ["achievement", "competence-award"] : [kind]);

export function layoutOf(settings: CsvSettings): Layout {
  const { mapping } = settings;
  if (typeof mapping === "string") {
    const { dataSet, kind, required } = ownLayouts[mapping];
    return { dataSet, kinds: [kind], list: "snapshot", required, optional: [], notRead: [], separator: ",", reducer: () => (row) => row };
  }
  const { required, optional } = columnsOf(mapping);
  const from = settings.organisationFrom === undefined ? [] : [columnName(settings.organisationFrom)];
  return {
    dataSet: mapping.dataSet ?? `${mapping.record.replace("-", " ")}s`,
    kinds: kindsOf(mapping.record),
    list: mapping.list,
    required: [...new Set([...required, ...from])],
    optional: optional.filter((column) => !from.includes(column)),
    notRead: mapping.notRead.map(columnName),
    separator: mapping.separator,
    reducer: () => reducer(mapping, settings),
  };
}

/** A list of clearances or placements that no longer holds one takes it back: a placement opens the host's view of the person. */
const takenBack: ReadonlySet<MappedKind> = new Set(["clearance", "placement"]);

export const everything: readonly Delivery[] = kinds.map((kind) => deliveryOf(kind, takenBack.has(kind) ? "withdraws" : "notAtSource"));

export function deliversWith({ mapping }: CsvSettings): readonly Delivery[] {
  if (typeof mapping === "string") return everything.filter(({ kind }) => kind === ownLayouts[mapping].kind);
  return kindsOf(mapping.record).map((kind) => deliveryOf(kind, mapping.absence));
}
