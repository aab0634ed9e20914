import { Button, SummaryList } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, BehindBy, type Choice, FilterSelect, LinkedNumber, NumberCard, Owner, StateTag } from "./components/parts";
import { type Column, DataTable } from "./components/table";
import { askOperations, type Page, type Visit } from "./page";
import {
  type CauseAnswer,
  type CoverageAnswer,
  type QueueAnswer,
  type QueuesAnswer,
  queuesQuestion,
  type SystemOfQueues,
} from "./questions";
import { connectionStates, needsAttention, stateOrder } from "./states";
import { urls } from "./urls";
import { WaitingTable } from "./waiting";
import { durationInWords, numberInWords, plural } from "./words";

interface Line extends QueueAnswer {
  readonly system: SystemOfQueues;
}

const sorts = {
  system: {
    text: "System",
    by: (a: Line, b: Line) => a.system.title.localeCompare(b.system.title) || compare(a.dataSet ?? "", b.dataSet ?? ""),
  },
  state: { text: "State, the worst first", by: (a: Line, b: Line) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) },
  behind: {
    text: "Behind by, the most first",
    by: (a: Line, b: Line) =>
      (b.behindSeconds ?? Number.MAX_SAFE_INTEGER) / b.target - (a.behindSeconds ?? Number.MAX_SAFE_INTEGER) / a.target,
  },
  due: { text: "Due for ESR, the most first", by: (a: Line, b: Line) => b.due - a.due },
  waiting: { text: "Waiting, the most first", by: (a: Line, b: Line) => b.waiting - a.waiting },
  refused: { text: "Refused, the most first", by: (a: Line, b: Line) => b.refused - a.refused },
  held: { text: "Held, the most first", by: (a: Line, b: Line) => b.held - a.held },
} as const;
type Sort = keyof typeof sorts;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

interface Wish {
  readonly organisation: string;
  readonly state: string;
  readonly sort: Sort;
}
/** What is not known counts as not asked: an old bookmark still shows the page. */
function wishOf(query: URLSearchParams): Wish {
  const sort = query.get("sort") ?? "";
  const state = query.get("state") ?? "";
  return {
    organisation: query.get("organisation") ?? "",
    state: state === "attention" || state in connectionStates ? state : "",
    sort: sort in sorts ? (sort as Sort) : "system",
  };
}

export async function queuesPage(visit: Visit): Promise<Page> {
  const answer = await askOperations<QueuesAnswer>(visit, queuesQuestion);
  const wish = wishOf(visit.query);
  const all = answer.connectedSystems.flatMap((system) => system.queues.map((queue): Line => ({ ...queue, system })));
  const shown = all
    .filter((line) => !wish.organisation || line.system.organisations.some((it) => it.odsCode === wish.organisation))
    .filter((line) => !wish.state || (wish.state === "attention" ? needsAttention.has(line.state) : line.state === wish.state))
    .sort((a, b) => sorts[wish.sort].by(a, b) || sorts.system.by(a, b));
  const organisations = new Set(answer.connectedSystems.flatMap((system) => system.organisations.map((it) => it.odsCode)));
  return {
    title: "Sync queues",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">Sync queues</h1>
        <p className="nhsuk-u-margin-bottom-1">
          {plural(answer.connectedSystems.length, "connected system")} of {plural(organisations.size, "organisation")}.
        </p>
        <AsOf at={answer.asOf} />
        <Cards answer={answer} lines={all} />
        <Filters answer={answer} wish={wish} />
        <DataTable
          caption="Queues"
          columns={columnsOf(wish)}
          rows={shown}
          keyOf={(line) => `${line.system.id} ${line.dataSet}`}
          empty={all.length === 0 ? "No system is connected yet." : "No queue fits this filter."}
        />
        <WaitingTable systems={answer.connectedSystems} asOf={answer.asOf} />
        <Causes causes={answer.causes} />
        <CoverageTable coverage={answer.coverage} />
      </>
    ),
  };
}

const plain = (line: Line) => `of ${line.system.title}${line.dataSet ? `, ${line.dataSet}` : ""}`;
const rowsOf = (of: string, line: Line) => urls.rows({ of, system: line.system.id, dataSet: line.dataSet });

function columnsOf(wish: Wish): Column<Line>[] {
  const sort = (name: Sort) => ({
    href: urls.queues({ organisation: wish.organisation, state: wish.state, sort: name }),
    now: wish.sort === name ? (name === "system" ? ("ascending" as const) : ("descending" as const)) : undefined,
  });
  return [
    {
      head: "System",
      sort: sort("system"),
      cell: ({ system }) => (
        <>
          <a href={urls.connection(system.id)}>{system.title}</a>
          <span className="console-table__note">{system.organisations.map((it) => it.name ?? it.odsCode).join(", ")}</span>
        </>
      ),
    },
    { head: "Data set", cell: (line) => line.dataSet ?? "none yet" },
    { head: "State", sort: sort("state"), cell: (line) => <StateTag state={line.state} words={connectionStates} /> },
    { head: "Behind by", sort: sort("behind"), cell: (line) => <BehindBy seconds={line.behindSeconds} target={line.target} /> },
    {
      head: "Due for ESR",
      numeric: true,
      sort: sort("due"),
      cell: (line) => <LinkedNumber count={line.due} to={rowsOf("DUE", line)} of={`records due for ESR ${plain(line)}`} />,
    },
    {
      head: "Waiting",
      numeric: true,
      sort: sort("waiting"),
      cell: (line) => <LinkedNumber count={line.waiting} to={rowsOf("WAITING", line)} of={`waiting records ${plain(line)}`} />,
    },
    {
      head: "Refused",
      numeric: true,
      sort: sort("refused"),
      cell: (line) => <LinkedNumber count={line.refused} to={rowsOf("REFUSED", line)} of={`refused records ${plain(line)}`} />,
    },
    {
      head: "Held",
      numeric: true,
      sort: sort("held"),
      cell: (line) => <LinkedNumber count={line.held} to={rowsOf("HELD", line)} of={`held records ${plain(line)}`} />,
    },
  ];
}

function Cards({ answer, lines }: { answer: QueuesAnswer; lines: readonly Line[] }): ReactNode {
  const { connectedSystems: systems, causes, asOf } = answer;
  const stopped = systems.filter((it) => it.state === "STOPPED" || it.state === "NEVER_WORKED");
  const held = causes.reduce((sum, cause) => sum + cause.count, 0);
  const waiting = lines.reduce((sum, line) => sum + line.waiting, 0);
  const oldest = lines.flatMap((line) => (line.oldestWaitingAt ? [line.oldestWaitingAt] : [])).sort(compare)[0];
  const onTime = systems.filter((it) => it.state === "ON_TIME").length;
  const blocked = new Set(causes.flatMap((cause) => cause.systems.map((it) => it.system.id))).size;
  return (
    <ul className="console-cards">
      <NumberCard heading={<StoppedHeading stopped={stopped} />}>
        {stopped.length === 0
          ? "Every system that has gone live answers."
          : stopped.map((it, index) => (
              <span key={it.id}>
                {index > 0 ? ", " : ""}
                <a href={urls.connection(it.id)}>{it.title}</a>
              </span>
            ))}
      </NumberCard>
      <NumberCard heading={plural(causes.length, "cause")}>
        {causes.length === 0 ? (
          "Nothing holds up data."
        ) : (
          <a href={urls.problems()}>
            {plural(held, "record or person", "records or people")} in {plural(blocked, "system")}
          </a>
        )}
      </NumberCard>
      <NumberCard heading={`${numberInWords(waiting)} waiting`}>
        {waiting === 0 || !oldest ? (
          "Every record has found its person."
        ) : (
          <a href={urls.rows({ of: "WAITING" })}>
            records wait for their person, the oldest for {durationInWords((Date.parse(asOf) - Date.parse(oldest)) / 1000)}
          </a>
        )}
      </NumberCard>
      <NumberCard
        heading={
          <LinkToState count={onTime} state="ON_TIME" text={`${numberInWords(onTime)} of ${numberInWords(systems.length)} on time`} />
        }
      >
        Each system has a target of its own; being set up is not yet on time.
      </NumberCard>
    </ul>
  );
}

/** Systems in one state, and the list of their queues; nought leads nowhere. */
function LinkToState({ count, state, text }: { count: number; state: string; text: string }): ReactNode {
  return count === 0 ? text : <a href={urls.queues({ state })}>{text}</a>;
}

/** Two states, and a list for each: systems that went silent, and systems that never spoke. */
function StoppedHeading({ stopped }: { stopped: readonly SystemOfQueues[] }): ReactNode {
  const silent = stopped.filter((it) => it.state === "STOPPED").length;
  const never = stopped.length - silent;
  return (
    <>
      {silent > 0 || never === 0 ? <LinkToState count={silent} state="STOPPED" text={`${numberInWords(silent)} stopped`} /> : null}
      {silent > 0 && never > 0 ? ", " : null}
      {never > 0 ? <LinkToState count={never} state="NEVER_WORKED" text={`${numberInWords(never)} never worked`} /> : null}
    </>
  );
}

function Filters({ answer, wish }: { answer: QueuesAnswer; wish: Wish }): ReactNode {
  const names = new Map(answer.connectedSystems.flatMap((system) => system.organisations.map((it) => [it.odsCode, it.name ?? it.odsCode])));
  const organisations: Choice[] = [...names].sort(([, a], [, b]) => compare(a, b)).map(([value, text]) => ({ value, text }));
  const states = Object.entries(connectionStates).map(([value, { word }]) => ({ value, text: word }));
  return (
    <form method="get" action={urls.queues()} className="console-filters" aria-label="Filter the queues">
      <FilterSelect
        label="Organisation"
        name="organisation"
        now={wish.organisation}
        choices={[{ value: "", text: "All" }, ...organisations]}
      />
      <FilterSelect
        label="State"
        name="state"
        now={wish.state}
        choices={[{ value: "", text: "All" }, { value: "attention", text: "Needs attention" }, ...states]}
      />
      <FilterSelect
        label="Sort by"
        name="sort"
        now={wish.sort}
        choices={Object.entries(sorts).map(([value, { text }]) => ({ value, text }))}
      />
      <Button secondary>Apply</Button>
    </form>
  );
}

function Causes({ causes }: { causes: readonly CauseAnswer[] }): ReactNode {
  return (
    <DataTable
      caption="Problems by cause"
      rows={causes}
      keyOf={(cause) => cause.code}
      empty="Nothing holds up data."
      columns={[
        { head: "Cause", cell: (cause) => <a href={urls.problem(cause.code)}>{cause.title}</a> },
        { head: "Whose move", cell: (cause) => <Owner owner={cause.owner} /> },
        { head: "Concerns", numeric: true, cell: (cause) => numberInWords(cause.count) },
        { head: "Systems", numeric: true, cell: (cause) => numberInWords(new Set(cause.systems.map((it) => it.system.id)).size) },
        { head: "Code", cell: (cause) => <span className="console-id">{cause.code}</span> },
      ]}
    />
  );
}

/** "212 of 240 (88%)". */
export function share(part: number, whole: number): string {
  return whole === 0 ? "none" : `${numberInWords(part)} of ${numberInWords(whole)} (${Math.floor((100 * part) / whole)}%)`;
}
const few = <span className="console-quiet">fewer than 5</span>;

function CoverageTable({ coverage }: { coverage: readonly CoverageAnswer[] }): ReactNode {
  const name = (it: CoverageAnswer) => it.organisation.name ?? it.organisation.odsCode;
  const rows = (of: string, it: CoverageAnswer) => urls.rows({ of, organisation: it.organisation.odsCode });
  return (
    <>
      <DataTable
        caption="Coverage"
        rows={coverage}
        keyOf={(it) => it.organisation.odsCode}
        empty="No organisation is configured."
        columns={[
          { head: "Organisation", cell: (it) => `${name(it)} (${it.organisation.odsCode})` },
          {
            head: "Active assignments",
            numeric: true,
            cell: (it) =>
              it.activeAssignments === null ? (
                few
              ) : (
                <LinkedNumber count={it.activeAssignments} to={rows("ACTIVE", it)} of={`active assignments at ${name(it)}`} />
              ),
          },
          { head: "People in an LMS", cell: (it) => <LinkedShare it={it} to={rows("NOT_IN_LMS", it)} name={name(it)} /> },
          {
            head: "People in OH",
            cell: (it) =>
              !it.hasHealth ? (
                "no OH system"
              ) : it.people === null ? (
                few
              ) : it.linkedToHealth === null ? (
                <span className="console-quiet">withheld: a group of fewer than 5</span>
              ) : (
                share(it.linkedToHealth, it.people)
              ),
          },
          {
            head: "Acknowledged by ESR",
            cell: (it) =>
              it.eligible === null || it.acknowledged === null ? (
                few
              ) : it.eligible === 0 ? (
                "none due"
              ) : (
                <>
                  <a href={rows("ELIGIBLE", it)}>
                    {share(it.acknowledged, it.eligible)}
                    <span className="nhsuk-u-visually-hidden"> records of {name(it)}</span>
                  </a>
                  {it.shadowed ? <span className="console-table__note">{numberInWords(it.shadowed)} only rehearsed</span> : null}
                </>
              ),
          },
          {
            head: "In an LMS, not in ESR",
            numeric: true,
            cell: (it) =>
              it.unknownToEsr === null ? (
                few
              ) : (
                <LinkedNumber
                  count={it.unknownToEsr}
                  to={rows("UNKNOWN_TO_ESR", it)}
                  of={`people of ${name(it)} in an LMS and not in ESR`}
                />
              ),
          },
        ]}
      />
      <SummaryList noBorder>
        <SummaryList.Row>
          <SummaryList.Key>What counts</SummaryList.Key>
          <SummaryList.Value>
            People have an active assignment today. They are in an LMS, or in OH, when a system of the same trust knows them. Counts of
            occupational health lead to no list, and of fewer than 5 people nothing is counted out.
          </SummaryList.Value>
        </SummaryList.Row>
      </SummaryList>
    </>
  );
}

function LinkedShare({ it, to, name }: { it: CoverageAnswer; to: string; name: string }): ReactNode {
  if (!it.hasLms) return "no LMS";
  if (it.linkedToLms === null || it.people === null) return few;
  if (it.linkedToLms === it.people) return share(it.linkedToLms, it.people);
  return (
    <>
      {share(it.linkedToLms, it.people)}
      <a className="console-table__note" href={to}>
        who is missing<span className="nhsuk-u-visually-hidden"> at {name}</span>
      </a>
    </>
  );
}
