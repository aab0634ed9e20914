import { type RecordKind, recordTypes } from "../../schema/kinds";
import { factsOf, type StoredRecord } from "../../schema/record";

/** The first field that the record type does not take, as a path; never its value. */
export function factsProblem(kind: string, facts: unknown): string | undefined {
  const issue = factsOf<StoredRecord>(recordTypes[kind as RecordKind]).safeParse(facts).error?.issues[0];
  return issue && `/${issue.path.join("/")}: ${issue.code}`;
}
