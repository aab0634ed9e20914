import { Button } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, Back, FilterSelect, LinkedNumber, Owner, Sentence } from "./components/parts";
import { DataTable } from "./components/table";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type CauseWithSystems, causesQuestion, type PayloadLookAnswer, problemsQuestion } from "./questions";
import { owners } from "./states";
import { urls } from "./urls";
import { instantInWords, numberInWords } from "./words";

interface CausesAnswer {
  readonly asOf: string;
  readonly causes: readonly CauseWithSystems[];
}

export async function problemsPage(visit: Visit): Promise<Page> {
  const { asOf, causes, payloadLooks } = await askOperations<CausesAnswer & { readonly payloadLooks: readonly PayloadLookAnswer[] | null }>(
    visit,
    problemsQuestion,
  );
  const asked = visit.query.get("owner") ?? "";
  const owner = asked in owners ? asked : "";
  const shown = causes.filter((cause) => !owner || cause.owner === owner);
  return {
    title: "Problems",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">Problems</h1>
        <p className="nhsuk-u-margin-bottom-1">
          What holds up data, grouped by cause: one cause is cured once, however many records it concerns.
        </p>
        <AsOf at={asOf} />
        <form method="get" action={urls.problems()} className="console-filters" aria-label="Filter the problems">
          <FilterSelect
            label="Whose move"
            name="owner"
            now={owner}
            choices={[{ value: "", text: "Anybody's" }, ...Object.entries(owners).map(([value, text]) => ({ value, text }))]}
          />
          <Button secondary>Apply</Button>
        </form>
        <DataTable
          caption="Causes"
          rows={shown}
          keyOf={(cause) => cause.code}
          empty={causes.length === 0 ? "Nothing holds up data." : "No cause fits this filter."}
          columns={[
            { head: "Cause", cell: (cause) => <a href={urls.problem(cause.code)}>{cause.title}</a> },
            { head: "Whose move", cell: (cause) => <Owner owner={cause.owner} /> },
            { head: "Concerns", numeric: true, cell: (cause) => numberInWords(cause.count) },
            { head: "Systems", cell: (cause) => [...new Set(cause.systems.map((at) => at.system.title))].join(", ") },
            { head: "First seen", cell: (cause) => instantInWords(cause.firstSeenAt) },
            { head: "Last seen", cell: (cause) => instantInWords(cause.lastSeenAt) },
          ]}
        />
        {payloadLooks && payloadLooks.length > 0 ? <Looks rows={payloadLooks} /> : null}
      </>
    ),
  };
}

/** What a trust is told when somebody of the ESR team was allowed to see one of its refused records. */
function Looks({ rows }: { rows: readonly PayloadLookAnswer[] }): ReactNode {
  return (
    <DataTable
      caption="Refused records that the ESR team was allowed to see, each for an hour"
      rows={rows}
      keyOf={(look) => look.id}
      empty=""
      columns={[
        {
          head: "Refusal",
          cell: (look) => (
            <>
              <span className="console-id">{look.refusal}</span>
              <span className="console-table__note">
                {look.connectedSystem}, {look.kind}, {look.organisation.name ?? look.organisation.odsCode}
              </span>
            </>
          ),
        },
        { head: "Who (role)", cell: (look) => `${look.role}, approved by ${look.approvedByRole}` },
        { head: "Approved", cell: (look) => instantInWords(look.approvedAt) },
        { head: "Shown", numeric: true, cell: (look) => numberInWords(look.looks) },
        { head: "Last shown", cell: (look) => (look.lastAt ? instantInWords(look.lastAt) : "Not yet") },
        { head: "Why", prose: true, cell: (look) => <Sentence text={look.reason} /> },
      ]}
    />
  );
}

export async function problemPage(visit: Visit): Promise<Page> {
  const { asOf, causes } = await askOperations<CausesAnswer>(visit, causesQuestion);
  const cause = causes.find((it) => it.code === visit.parts[0]);
  // A cause that has been cured is no longer there: its address says so like any other unknown one.
  if (!cause) throw new Refusal(404);
  return {
    title: cause.title,
    body: (
      <>
        <Back to={urls.problems()}>Problems</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-2">{cause.title}</h1>
        <p className="nhsuk-u-margin-bottom-1">
          It concerns {numberInWords(cause.count)}. Whose move: <Owner owner={cause.owner} />. Code:{" "}
          <span className="console-id">{cause.code}</span>.
        </p>
        <AsOf at={asOf} />
        <CauseSystems cause={cause} />
      </>
    ),
  };
}

function CauseSystems({ cause }: { cause: CauseWithSystems }): ReactNode {
  return (
    <DataTable
      caption="Where it stands"
      rows={cause.systems}
      keyOf={(at) => `${at.system.id} ${at.subject}`}
      empty="Nowhere any more."
      columns={[
        {
          head: "System",
          cell: (at) => (
            <>
              <a href={urls.connection(at.system.id)}>{at.system.title}</a>
              {at.subject ? <span className="console-table__note">{at.subject}</span> : null}
            </>
          ),
        },
        {
          head: "Concerns",
          numeric: true,
          cell: (at) => (
            <LinkedNumber
              count={at.count}
              to={rowsOf(cause.code, at)}
              of={`rows of ${at.system.title}${at.subject ? `, ${at.subject}` : ""}`}
            />
          ),
        },
        { head: "What happened", prose: true, cell: (at) => <Sentence text={at.say} /> },
        {
          head: "Next step",
          prose: true,
          cell: (at) => (
            <>
              <Sentence text={at.next} />
              {cause.code === "COURSE_NOT_MAPPED" ? (
                <span className="console-table__note">
                  <a className="console-table__note" href={urls.courses()}>
                    Map courses<span className="nhsuk-u-visually-hidden"> of {at.system.title}</span>
                  </a>
                </span>
              ) : null}
            </>
          ),
        },
        { head: "First seen", cell: (at) => instantInWords(at.firstSeenAt) },
        { head: "Last seen", cell: (at) => instantInWords(at.lastSeenAt) },
      ]}
    />
  );
}

function rowsOf(code: string, at: CauseWithSystems["systems"][number]): string | null {
  if (at.rows === null) return null;
  if (at.rows === "HELD") return urls.rows({ of: at.rows, system: at.system.id });
  if (at.rows === "UNMAPPED_COURSE") return urls.rows({ of: at.rows, system: at.system.id, subject: at.subject });
  return urls.rows({ of: at.rows, system: at.system.id, code });
}
