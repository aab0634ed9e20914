import { SummaryList } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, Back, BehindBy, LinkedNumber, Owner, Sentence, StateTag } from "./components/parts";
import { DataTable } from "./components/table";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type QueueOfSystem, type SystemAnswer, systemQuestion } from "./questions";
import { connectionStates, runOutcomes } from "./states";
import { urls } from "./urls";
import { dayInWords, durationInWords, instantInWords, numberInWords } from "./words";

export async function connectionPage(visit: Visit): Promise<Page> {
  const { asOf, connectedSystems } = await askOperations<{ asOf: string; connectedSystems: readonly SystemAnswer[] }>(
    visit,
    systemQuestion,
  );
  const system = connectedSystems.find((it) => it.id === visit.parts[0]);
  if (!system) throw new Refusal(404);
  return {
    title: system.title,
    body: (
      <>
        <Back to={urls.queues()}>Sync queues</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">{system.title}</h1>
        <p>
          <StateTag state={system.state} words={connectionStates} />
        </p>
        <p className="nhsuk-body-l">{stateSentence(system, asOf)}</p>
        <AsOf at={asOf} />
        <Facts system={system} />
        <Problems system={system} />
        <DataSets system={system} />
        <Runs system={system} />
      </>
    ),
  };
}

/** What the state means here, with its numbers. */
export function stateSentence(system: SystemAnswer, asOf: string): string {
  const target = durationInWords(system.target);
  const behind = system.freshAsOf ? durationInWords((Date.parse(asOf) - Date.parse(system.freshAsOf)) / 1000) : undefined;
  const first = system.problems.find((problem) => !problem.subject);
  switch (system.state) {
    case "SETTING_UP":
      return "It is being set up: nothing has been read from it yet.";
    case "NEVER_WORKED":
      return `It should be live, and nothing could be read from it so far.${first ? ` ${first.say}` : ""}`;
    case "STOPPED":
      return `Nothing has come in for ${behind ?? "an unknown time"}; the target is ${target}.${first ? ` ${first.say}` : ""}`;
    case "LATE":
      return `It is ${behind} behind; the target is ${target}. The hub goes on trying by itself.`;
    case "ERRORS":
      return `It is read in time, ${behind} behind of at most ${target}, but records were refused or runs failed in the last 24 hours.`;
    case "PAUSED":
      return `It was paused on ${system.pausedAt ? dayInWords(system.pausedAt.slice(0, 10)) : "an unknown day"} and is not read until somebody goes on with it.`;
    default:
      return `Everything it knew up to ${behind} ago has been read; the target is ${target}.`;
  }
}

function Facts({ system }: { system: SystemAnswer }): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ["Organisations", system.organisations.map((it) => `${it.name ?? it.odsCode} (${it.odsCode})`).join(", ")],
    ["Connector", system.connector],
    ["Last run that went well", instantInWords(system.lastSuccessAt)],
    ["Next run", system.running ? "it is being read now" : system.nextRunAt ? instantInWords(system.nextRunAt) : "none is planned"],
  ];
  return (
    <SummaryList>
      {facts.map(([key, value]) => (
        <SummaryList.Row key={key}>
          <SummaryList.Key>{key}</SummaryList.Key>
          <SummaryList.Value>{value}</SummaryList.Value>
        </SummaryList.Row>
      ))}
    </SummaryList>
  );
}

function DataSets({ system }: { system: SystemAnswer }): ReactNode {
  const number = (of: string, what: string, count: (queue: QueueOfSystem) => number) => ({
    head: what,
    numeric: true,
    cell: (queue: QueueOfSystem) => (
      <LinkedNumber
        count={count(queue)}
        to={urls.rows({ of, system: system.id, dataSet: queue.dataSet })}
        of={`${what}, ${queue.dataSet ?? "all"}`}
      />
    ),
  });
  return (
    <DataTable
      caption="Data sets"
      rows={system.queues}
      keyOf={(queue) => queue.dataSet ?? ""}
      empty="No data set is known yet."
      columns={[
        { head: "Data set", cell: (queue) => queue.dataSet ?? "none yet" },
        { head: "State", cell: (queue) => <StateTag state={queue.state} words={connectionStates} /> },
        { head: "Behind by", cell: (queue) => <BehindBy seconds={queue.behindSeconds} target={queue.target} /> },
        number("WAITING", "Waiting", (queue) => queue.waiting),
        number("REFUSED", "Refused", (queue) => queue.refused),
        number("HELD", "Held", (queue) => queue.held),
        number("DUE", "Due for ESR", (queue) => queue.due),
        number("SENT", "Sent", (queue) => queue.sent),
        number("ACKNOWLEDGED", "In ESR", (queue) => queue.acknowledged),
        number("REFUSED_BY_ESR", "ESR refused", (queue) => queue.refusedByEsr),
        number("SHADOWED", "Rehearsed", (queue) => queue.shadowed),
      ]}
    />
  );
}

function Problems({ system }: { system: SystemAnswer }): ReactNode {
  return (
    <DataTable
      caption="What holds up data here"
      rows={system.problems}
      keyOf={(problem) => `${problem.code} ${problem.subject}`}
      empty="Nothing holds up data here."
      columns={[
        { head: "Cause", cell: (problem) => <a href={urls.problem(problem.code)}>{problem.title}</a> },
        { head: "What happened", prose: true, cell: (problem) => <Sentence text={problem.say} /> },
        { head: "Next step", prose: true, cell: (problem) => <Sentence text={problem.next} /> },
        { head: "Whose move", cell: (problem) => <Owner owner={problem.owner} /> },
        { head: "Concerns", numeric: true, cell: (problem) => numberInWords(problem.count) },
      ]}
    />
  );
}

function Runs({ system }: { system: SystemAnswer }): ReactNode {
  const runs = system.runs.edges.map((edge) => edge.node);
  return (
    <DataTable
      caption={runs.length === 0 ? "Runs" : runs.length === 1 ? "The last run" : `The last ${runs.length} runs`}
      rows={runs}
      keyOf={(run) => run.id}
      empty="It has not been run yet."
      columns={[
        {
          head: "Started",
          cell: (run) => (
            <>
              {instantInWords(run.startedAt)}
              <span className="console-table__note">
                run {run.id}, by {run.trigger}
              </span>
            </>
          ),
        },
        {
          head: "Outcome",
          cell: (run) => (
            <>
              <StateTag state={run.outcome} words={runOutcomes} />
              {run.errorCode ? <span className="console-table__note">{run.errorCode}</span> : null}
            </>
          ),
        },
        { head: "Received", numeric: true, cell: (run) => numberInWords(run.rawIn) },
        { head: "New or changed", numeric: true, cell: (run) => numberInWords(run.applied) },
        { head: "Unchanged", numeric: true, cell: (run) => numberInWords(run.unchanged) },
        { head: "Waiting", numeric: true, cell: (run) => numberInWords(run.waiting) },
        { head: "Refused", numeric: true, cell: (run) => numberInWords(run.refused + run.refusedRaw) },
        { head: "Ignored", numeric: true, cell: (run) => numberInWords(run.ignored) },
      ]}
    />
  );
}
