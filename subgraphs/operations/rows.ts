import { Arg, Ctx, FieldResolver, ID, Int, Resolver } from "type-graphql";
import { endText } from "../../schema/codes/ends";
import { type Owner, problems, problemText, sentence } from "../../schema/codes/problems";
import { healthKinds } from "../../schema/kinds";
import { type NumberRow, type RowNumber, readRows } from "../../store/read/rows";
import type { RequestContext } from "../kit/context";
import { keyOf, pageInfo, pageOf, pageSize } from "../kit/paging";
import { badInput } from "../kit/refusals";
import { coverage } from "./coverage";
import { kindInWords, nextFor } from "./problem-text";
import { kindsOfDataSet } from "./queues";
import { OperationsNumber, type OperationsRow, OperationsRowConnection } from "./rows-types";
import { type OperationsScope, operationsScope, rehearsingScope } from "./scope";
import { Operations } from "./types";

/** "instant|id", as readRows makes it. */
const keyPattern = /^[\d:.T-]{4,26}\|[0-9a-f-]{36}$/;
const wordPattern = /^[A-Z][A-Z0-9_]{0,60}$/;
/** Lists about the staff of one organisation, which may be too few. */
const aboutStaff: ReadonlySet<RowNumber> = new Set<RowNumber>(["ACTIVE", "NOT_IN_LMS"]);

/** Lists about the systems that rehearse. */
const rehearsed: ReadonlySet<RowNumber> = new Set<RowNumber>(["REHEARSED_HELD", "REHEARSED_DIFFERS", "REHEARSED_LACKS"]);

/** Whose move it is where no code says so. */
const moves: Readonly<Record<string, { readonly owner: Owner | null; readonly next: string }>> = {
  DUE: { owner: "hub", next: "Nothing: it goes into the next file for ESR." },
  WRITTEN: { owner: "hub", next: "Nothing: its file leaves next." },
  SHADOWED: {
    owner: "trust",
    next: "Compare the rehearsed file with what the trust sends today; its approver then sets the mode of this connection to on.",
  },
  SENT: { owner: "esr", next: "Nothing until ESR answers; ask ESR when it has not by the next day." },
  ACKNOWLEDGED: { owner: null, next: "Nothing: ESR has it." },
  RETURNED: { owner: null, next: "Nothing: ESR has it and has told us so." },
};
/** What a rehearsal finds in ESR. */
const held = { title: "ESR has it already, of the same day", owner: null, next: "Nothing: it is in no file." };
const differs: Readonly<Record<string, { readonly title: string; readonly owner: Owner | null; readonly next: string }>> = {
  ESR_HOLDS_IT: {
    title: "ESR has it of a nearby day",
    owner: "trust",
    next: "The trust looks which day is right. It counts as the same award: ESR keeps its day, and nothing is sent.",
  },
  ESR_HOLDS_NEWER: { title: "ESR has a newer one", owner: null, next: "Nothing: the newer one counts." },
};
const inForce = { owner: null, next: "Nothing: it is in force." };
const notInLms: { readonly owner: Owner; readonly next: string } = {
  owner: "trust",
  next: "The trust gives this member of staff an account in its learning system, with the employee number ESR has.",
};

function moveOf(of: RowNumber, row: NumberRow): { title: string | null; owner: string | null; next: string } {
  if (row.code !== null && row.code in problems) {
    const text = problemText(row.code);
    const detail = {
      connection: row.connectionId,
      organisation: row.organisation,
      count: row.count ?? 1,
      kind: kindInWords(row.kind),
      held: row.id,
      key: row.course ?? undefined,
    };
    const next = sentence(text.next, detail);
    return { title: text.title, owner: text.owner, next: of === "WAITING" ? nextFor(next, healthKinds.has(row.kind ?? "")) : next };
  }
  if (row.what === "DELIVERY" && row.state === "REFUSED") {
    const { say, owner, next } = endText("REFUSED_BY_ESR", row.code ?? undefined);
    return { title: say, owner: owner === "nobody" ? null : owner, next };
  }
  const found = of === "REHEARSED_DIFFERS" ? differs[row.code ?? ""] : of === "REHEARSED_HELD" ? held : undefined;
  if (found) return found;
  if (of === "NOT_IN_LMS") return { title: null, ...notInLms };
  return { title: null, ...(moves[row.state] ?? inForce) };
}

function rowOf(context: RequestContext, of: RowNumber, row: NumberRow): OperationsRow {
  return {
    id: row.id,
    what: row.what.toLowerCase(),
    recordId: row.recordId,
    kind: kindInWords(row.kind),
    connectedSystem: row.connectionId,
    organisation: row.organisation === null ? null : context.organisation(row.organisation),
    state: row.state,
    code: row.code,
    ...moveOf(of, row),
    pointer: row.pointer,
    count: row.count,
    file: row.file,
    line: row.line,
    since: row.since,
    lastAt: row.lastAt,
  };
}

/** The scope narrowed to one system. A system that is not the caller's has no rows, like one that does not exist. */
function narrowed(scope: OperationsScope, system: string | undefined): OperationsScope {
  return system === undefined ? scope : { ...scope, connections: scope.connections.filter((id) => id === system) };
}

const nothing = { edges: [], pageInfo: pageInfo([], false) };

@Resolver(() => Operations)
export class RowsResolver {
  @FieldResolver(() => OperationsRowConnection, {
    nullable: true,
    description: "The rows behind a number, the oldest first: ids, states, times and whose move it is, nothing of a person.",
  })
  async rows(
    @Ctx() context: RequestContext,
    @Arg("of", () => OperationsNumber, { description: "The number." }) of: RowNumber,
    @Arg("connectedSystem", () => ID, { nullable: true, description: "Only of this system." }) system: string | undefined,
    @Arg("dataSet", () => String, { nullable: true, description: "Only of this data set; needs a system." }) dataSet: string | undefined,
    @Arg("organisation", () => String, { nullable: true, description: "Only of this organisation, by ODS code." }) odsCode:
      | string
      | undefined,
    @Arg("code", () => String, { nullable: true, description: "Only with this code." }) code: string | undefined,
    @Arg("subject", () => String, { nullable: true, description: "Only about this course, record kind or file." })
    subject: string | undefined,
    @Arg("state", () => String, { nullable: true, description: "Only those that stand in this state." }) state: string | undefined,
    @Arg("first", () => Int, { defaultValue: 50, description: "How many, at most 100." }) first: number,
    @Arg("after", () => String, { nullable: true, description: "Cursor of the item to go on after." }) after: string | undefined,
  ): Promise<OperationsRowConnection> {
    const scope = await operationsScope(context);
    if (code && !wordPattern.test(code)) throw badInput("code is a word of capital letters, for example PERSON_UNMATCHED");
    if (state && !wordPattern.test(state)) throw badInput("state is a word of capital letters, for example ACKNOWLEDGED");
    if (dataSet && !system) throw badInput("dataSet needs connectedSystem");
    if (aboutStaff.has(of)) {
      if (!odsCode) throw badInput("organisation is needed for this number");
      const covered = (await coverage(context)).find((it) => it.organisation.odsCode === odsCode);
      if (!covered || covered.fewerThanFive) return { ...nothing, fewerThanFive: covered?.fewerThanFive ?? false };
    }
    const size = pageSize(first);
    const of_ = scope.systems.find((it) => it.id === system);
    const scopeOfNumber = rehearsed.has(of) ? await rehearsingScope(context) : scope;
    const rows = await context.operations((client) =>
      readRows(client, {
        of,
        scope: narrowed(scopeOfNumber, system || undefined),
        today: context.today,
        organisation: odsCode || undefined,
        code: code || undefined,
        subject: subject || undefined,
        state: state || undefined,
        kinds: dataSet && of_ ? kindsOfDataSet(context, of_, dataSet) : undefined,
        dataSet: dataSet || undefined,
        after: keyOf(after, keyPattern),
        limit: size + 1,
      }),
    );
    context.trail.kinds.add("operations");
    const page = pageOf(
      rows,
      size,
      ({ key }) => key,
      (row) => rowOf(context, of, row),
    );
    return { ...page, fewerThanFive: false };
  }
}
