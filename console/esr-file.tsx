import { SummaryList } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, Back, LinkedNumber, StateTag } from "./components/parts";
import { DataTable } from "./components/table";
import { patternOf } from "./esr";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type EsrFileDetailAnswer, esrFileQuestion, type LedgerAnswer } from "./questions";
import { rowStates } from "./states";
import { urls } from "./urls";
import { instantInWords, numberInWords } from "./words";

type File = NonNullable<EsrFileDetailAnswer["esrFile"]>;

/** One file towards ESR: what became of its records, and of a rehearsed one how it compares. */
export async function esrFilePage(visit: Visit): Promise<Page> {
  const name = visit.parts[0]!;
  if (!/^[\w.-]{1,200}$/.test(name)) throw new Refusal(404);
  const { asOf, esrFile: file } = await askOperations<EsrFileDetailAnswer>(visit, esrFileQuestion, { name });
  if (!file) throw new Refusal(404);
  const employer = file.organisation.name ?? file.organisation.odsCode;
  const shadow = file.mode === "shadow";
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Employer", `${employer} (${file.organisation.odsCode})`],
    ["State", <StateTag key="state" state={file.state} words={rowStates} />],
    ["Records", numberInWords(file.records)],
    ["Layout", file.layout],
    ["Made", instantInWords(file.madeAt)],
    ["Left", shadow ? "never: it is a rehearsal" : instantInWords(file.sentAt)],
    ...(shadow ? [] : [["Answered in full", instantInWords(file.acknowledgedAt)] as const]),
  ];
  return {
    title: file.name,
    body: (
      <>
        <Back to={urls.esr()}>ESR files</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-2 console-break">{file.name}</h1>
        <AsOf at={asOf} />
        <SummaryList>
          {facts.map(([key, value]) => (
            <SummaryList.Row key={key}>
              <SummaryList.Key>{key}</SummaryList.Key>
              <SummaryList.Value>{value}</SummaryList.Value>
            </SummaryList.Row>
          ))}
        </SummaryList>
        <DataTable
          caption="Its records now"
          rows={file.ledger}
          keyOf={({ state, reason }) => `${state} ${reason}`}
          empty="None: they went on to another file."
          columns={[
            { head: "State", cell: ({ state }) => <StateTag state={state} words={rowStates} /> },
            { head: "Reason", cell: (it) => <Reason of={it} /> },
            {
              head: "Records",
              numeric: true,
              cell: (it) => (
                <LinkedNumber
                  count={it.count}
                  to={rowsOf(file, it)}
                  of={`records: ${(rowStates[it.state]?.word ?? it.state).toLowerCase()}`}
                />
              ),
            },
          ]}
        />
        <Comparison file={file} employer={employer} />
      </>
    ),
  };
}

function Reason({ of: { reason, title } }: { of: LedgerAnswer }): ReactNode {
  if (reason === null) return <span className="console-quiet">none</span>;
  return (
    <>
      {title ?? reason}
      <span className="console-table__note">{reason}</span>
    </>
  );
}

/** States under which the list of a number goes by another name. */
const numberOf: Readonly<Record<string, string>> = { WRITTEN: "DUE", REFUSED: "REFUSED_BY_ESR" };

/** The list is as long as the number says: a reason that cannot narrow it leads nowhere. */
function rowsOf(file: File, { state, reason }: LedgerAnswer): string | null {
  const code = reason === null ? null : patternOf(reason);
  if (reason !== null && code === null) return null;
  return urls.rows({ of: numberOf[state] ?? state, subject: file.name, state, code });
}

function Comparison({ file, employer }: { file: File; employer: string }): ReactNode {
  const { comparison } = file;
  if (!comparison) return null;
  const lines = [
    { of: "REHEARSED_HELD", text: "ESR has it already, of the same day", count: comparison.held },
    { of: "REHEARSED_DIFFERS", text: "ESR has it of another day, or has a newer one", count: comparison.differ },
    { of: "REHEARSED_LACKS", text: "ESR lacks it: it would be sent", count: comparison.lacks },
  ];
  return (
    <>
      <DataTable
        caption="Against ESR now"
        rows={lines}
        keyOf={({ of }) => of}
        empty=""
        columns={[
          { head: "What ESR holds", cell: ({ text }) => text },
          {
            head: "Records",
            numeric: true,
            cell: ({ of, text, count }) => (
              <LinkedNumber count={count} to={urls.rows({ of, organisation: file.organisation.odsCode })} of={`records: ${text}`} />
            ),
          },
        ]}
      />
      <p>
        This counts everything that the rehearsing systems tell of the staff of {employer}, not this file alone: what ESR has already is in
        no file.
      </p>
    </>
  );
}
