import type { ReactNode } from "react";
import { AsOf, LinkedNumber, Owner, Paging, Sentence, StateTag } from "./components/parts";
import { DataTable } from "./components/table";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type EsrAnswer, esrQuestion } from "./questions";
import { rowStates } from "./states";
import { urls } from "./urls";
import { instantInWords, numberInWords } from "./words";

/** Does ESR accept what we send, and if not, why. */
export async function esrPage(visit: Visit): Promise<Page> {
  const after = visit.query.get("after") || null;
  if (after !== null && !/^[\w-]{1,200}$/.test(after)) throw new Refusal(400);
  const answer = await askOperations<EsrAnswer>(visit, esrQuestion, { after });
  if (!answer.esrFiles) throw new Refusal(400);
  const { pageInfo, edges } = answer.esrFiles;
  return {
    title: "ESR files",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">ESR files</h1>
        <p className="nhsuk-u-margin-bottom-1">
          What goes into ESR, and what became of it. A rehearsed file is written and compared, and never leaves.
        </p>
        <AsOf at={answer.asOf} />
        <Totals answer={answer} />
        <Refusals answer={answer} />
        <DataTable
          caption="Files, the newest first"
          rows={edges.map((edge) => edge.node)}
          keyOf={(file) => file.id}
          empty="No file has been made yet."
          columns={[
            {
              head: "File",
              cell: (file) => (
                <>
                  <a className="console-id" href={urls.esrFile(file.name)}>
                    {file.name}
                  </a>
                  <span className="console-table__note">
                    {file.organisation.name ?? file.organisation.odsCode}, {file.dataSet}
                  </span>
                </>
              ),
            },
            { head: "State", cell: (file) => <StateTag state={file.state} words={rowStates} /> },
            { head: "Records", numeric: true, cell: (file) => numberInWords(file.records) },
            {
              head: "Its records now",
              prose: true,
              cell: (file) => (
                <>
                  {file.outcomes.length === 0
                    ? "none: they went on to another file"
                    : file.outcomes
                        .map(({ state, count }) => `${numberInWords(count)} ${(rowStates[state]?.word ?? state).toLowerCase()}`)
                        .join(", ")}
                  {file.comparison ? (
                    <span className="console-table__note">
                      Against ESR now: {numberInWords(file.comparison.held)} held already, {numberInWords(file.comparison.differ)} differ,{" "}
                      {numberInWords(file.comparison.lacks)} lacking
                    </span>
                  ) : null}
                </>
              ),
            },
            { head: "Made", cell: (file) => instantInWords(file.madeAt) },
            { head: "Left", cell: (file) => (file.mode === "shadow" ? "stays here" : instantInWords(file.sentAt)) },
            { head: "Answered", cell: (file) => (file.mode === "shadow" ? "rehearsal" : instantInWords(file.acknowledgedAt)) },
          ]}
        />
        <Paging first={after ? urls.esr() : null} next={pageInfo.hasNextPage ? urls.esr({ after: pageInfo.endCursor }) : null} />
      </>
    ),
  };
}

type Queue = EsrAnswer["connectedSystems"][number]["queues"][number];

function Totals({ answer }: { answer: EsrAnswer }): ReactNode {
  const lines = answer.connectedSystems
    .map(({ id, title, queues }) => ({
      id,
      title,
      sum: (of: (queue: Queue) => number) => queues.reduce((all, queue) => all + of(queue), 0),
    }))
    .filter(({ sum }) => sum((queue) => queue.due + queue.sent + queue.acknowledged + queue.refusedByEsr + queue.shadowed) > 0);
  const number = (head: string, number_: string, of: (queue: Queue) => number) => ({
    head,
    numeric: true,
    cell: (line: (typeof lines)[number]) => (
      <LinkedNumber count={line.sum(of)} to={urls.rows({ of: number_, system: line.id })} of={`${head}, ${line.title}`} />
    ),
  });
  return (
    <DataTable
      caption="By system"
      rows={lines}
      keyOf={({ id }) => id}
      empty="Nothing is due for ESR, and nothing has been sent."
      columns={[
        { head: "System", cell: ({ id, title }) => <a href={urls.connection(id)}>{title}</a> },
        number("Due", "DUE", (queue) => queue.due),
        number("Sent, not answered", "SENT", (queue) => queue.sent),
        number("Acknowledged", "ACKNOWLEDGED", (queue) => queue.acknowledged),
        number("Of these come back", "RETURNED", (queue) => queue.returned),
        number("Refused by ESR", "REFUSED_BY_ESR", (queue) => queue.refusedByEsr),
        number("Rehearsed", "SHADOWED", (queue) => queue.shadowed),
      ]}
    />
  );
}

function Refusals({ answer }: { answer: EsrAnswer }): ReactNode {
  return (
    <DataTable
      caption="Why ESR refused"
      rows={answer.esrRefusals}
      keyOf={(it) => `${it.organisation.odsCode} ${it.code}`}
      empty="ESR has refused nothing."
      columns={[
        {
          head: "Reason",
          cell: (it) => (
            <>
              {it.title}
              <span className="console-table__note">{it.code}</span>
            </>
          ),
        },
        { head: "Employer", cell: (it) => it.organisation.name ?? it.organisation.odsCode },
        {
          head: "Records",
          numeric: true,
          cell: (it) => (
            <LinkedNumber
              count={it.count}
              to={urls.rows({ of: "REFUSED_BY_ESR", organisation: it.organisation.odsCode, code: patternOf(it.code) })}
              of={`records of ${it.organisation.odsCode} that ESR refused`}
            />
          ),
        },
        { head: "Whose move", cell: (it) => <Owner owner={it.owner} /> },
        { head: "Next step", prose: true, cell: (it) => <Sentence text={it.next} /> },
        { head: "Last refused", cell: (it) => instantInWords(it.lastAt) },
      ]}
    />
  );
}

/** ESR's codes are words; one that is not cannot narrow the list. */
export function patternOf(code: string): string | null {
  return /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : null;
}
