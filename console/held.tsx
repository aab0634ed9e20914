import { Button, ErrorSummary, SummaryList, Textarea } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { Back, Csrf, Sentence } from "./components/parts";
import { DataTable } from "./components/table";
import { type Page, Refusal, type Visit } from "./page";
import type { OrganisationAnswer } from "./questions";
import { type DecisionAnswer, decideQuestions, type HeldAnswer, heldListQuestion, heldQuestion } from "./recovery-questions";
import { urls } from "./urls";
import { instantInWords, numberInWords, plural } from "./words";

const longestReason = 1000;
const decisions = { RELEASED: "Released", REFUSED: "Refused" } as const;
const namesOf = (organisations: readonly OrganisationAnswer[] | null) =>
  (organisations ?? []).map(({ odsCode, name }) => name ?? odsCode).join(", ");

/** Snapshots that wait for a person, and those that were decided. */
export async function heldListPage(visit: Visit): Promise<Page> {
  const { open, decided } = await visit.ask<{ open: readonly HeldAnswer[] | null; decided: readonly HeldAnswer[] | null }>(
    heldListQuestion,
    {},
    visit.principal,
  );
  if (!open || !decided) throw new Refusal(403);
  return {
    title: "Held snapshots",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">Held snapshots</h1>
        <p>
          A system has listed everything it has, and so much is missing that a person decides whether to believe it. Until then every record
          counts as before.
        </p>
        <HeldTable caption="Waiting for a decision, the oldest first" rows={open} empty="No snapshot waits for a decision." />
        <HeldTable caption="Decided, the newest first" rows={decided} empty="None has been decided yet." decided />
      </>
    ),
  };
}

function HeldTable(props: { caption: string; rows: readonly HeldAnswer[]; empty: string; decided?: boolean }): ReactNode {
  return (
    <DataTable
      caption={props.caption}
      rows={props.rows}
      keyOf={(it) => it.id}
      empty={props.empty}
      columns={[
        {
          head: "Snapshot",
          cell: (it) => (
            <>
              <a href={urls.heldOne(it.id)}>
                {numberInWords(it.count ?? 0)} of {numberInWords(it.inForce ?? 0)} missing
                <span className="nhsuk-u-visually-hidden">, {it.connectedSystemId}</span>
              </a>
              <span className="console-table__note">{it.kind}</span>
            </>
          ),
        },
        { head: "System", cell: (it) => it.connectedSystemId },
        { head: "Organisation", cell: (it) => namesOf(it.organisations) },
        { head: "Held", cell: (it) => instantInWords(it.heldAt) },
        props.decided
          ? { head: "Decision", cell: (it) => `${wordOf(it)}, ${instantInWords(it.decidedAt)}` }
          : { head: "Whose move", cell: (it) => it.whoDecides },
      ]}
    />
  );
}

const wordOf = ({ decision }: HeldAnswer) => decisions[decision as keyof typeof decisions] ?? "Open";

async function heldOf(visit: Visit): Promise<HeldAnswer> {
  const [id = ""] = visit.parts;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refusal(404);
  const { heldSnapshot } = await visit.ask<{ heldSnapshot: HeldAnswer | null }>(heldQuestion, { id }, visit.principal);
  if (!heldSnapshot) throw new Refusal(404);
  return heldSnapshot;
}

export async function heldPage(visit: Visit): Promise<Page> {
  return page(visit, await heldOf(visit));
}

/** Release or refuse, as the last part of the address says. */
export async function decideHeldPage(visit: Visit): Promise<Page> {
  const held = await heldOf(visit);
  const verb = visit.parts[1] as keyof typeof decideQuestions;
  const reason = (visit.form.get("reason") ?? "").trim();
  if (reason === "") return page(visit, held, { fault: "Say why: it stands in the audit", status: 400 });
  if (reason.length > longestReason) return page(visit, held, { fault: "The reason must be 1,000 characters or fewer", status: 400 });
  const { answer } = await visit.ask<DecisionAnswer>(decideQuestions[verb], { input: { heldSnapshot: held.id, reason } }, visit.principal);
  if (!answer) throw new Refusal(403);
  const [error] = answer.userErrors;
  if (error) return page(visit, await heldOf(visit), { fault: error.message, status: 409 });
  const settled = plural(answer.settled ?? 0, "record");
  const said = verb === "release" ? `Released: ${settled} no longer count` : `Refused: ${settled} stay in force`;
  return page(visit, answer.heldSnapshot ?? held, { said, listedAgain: answer.listedAgain ?? 0 });
}

interface Told {
  readonly fault?: string;
  readonly status?: number;
  readonly said?: string;
  readonly listedAgain?: number;
}

function page(visit: Visit, held: HeldAnswer, told: Told = {}): Page {
  const title = told.said ?? `${numberInWords(held.count ?? 0)} of ${numberInWords(held.inForce ?? 0)} records are missing`;
  return {
    ...(told.status === undefined ? {} : { status: told.status }),
    title: `${told.fault ? "Error: " : ""}${title}`,
    body: (
      <>
        <Back to={urls.held()}>Held snapshots</Back>
        {told.fault ? (
          <ErrorSummary>
            <ErrorSummary.Title>There is a problem</ErrorSummary.Title>
            <ErrorSummary.List>
              <ErrorSummary.ListItem href={held.mayDecide ? "#reason" : "#maincontent"}>{told.fault}</ErrorSummary.ListItem>
            </ErrorSummary.List>
          </ErrorSummary>
        ) : null}
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">{title}</h1>
        {told.listedAgain ? <p>{plural(told.listedAgain, "record")} had been listed again and needed no decision.</p> : null}
        <p className="nhsuk-body-l">
          <Sentence text={held.cause ?? ""} />
        </p>
        <SummaryList>
          {rowsOf(held).map(([key, value]) => (
            <SummaryList.Row key={key}>
              <SummaryList.Key>{key}</SummaryList.Key>
              <SummaryList.Value>{value}</SummaryList.Value>
            </SummaryList.Row>
          ))}
        </SummaryList>
        {held.mayDecide ? <Decide visit={visit} held={held} fault={told.fault} /> : null}
        {held.mayDecide || held.decidedAt !== null ? null : <p>To be decided by {held.whoDecides}.</p>}
      </>
    ),
  };
}

function rowsOf(held: HeldAnswer): readonly (readonly [string, string])[] {
  const known: readonly (readonly [string, string | null])[] = [
    ["System", held.connectedSystemId],
    ["Organisation", namesOf(held.organisations)],
    ["Kind of record", held.kind],
    ["Held since", instantInWords(held.heldAt)],
    ["Still missing", held.stillMissing === null ? null : numberInWords(held.stillMissing)],
    ["Decision", held.decidedAt === null ? null : `${wordOf(held)}, ${instantInWords(held.decidedAt)}`],
    ["Reason", held.reason],
  ];
  return known.flatMap(([key, value]) => (value === null || value === "" ? [] : [[key, value] as const]));
}

/** One reason, two answers: both buttons send the same form. */
function Decide({ visit, held, fault }: { visit: Visit; held: HeldAnswer; fault: string | undefined }): ReactNode {
  return (
    <form method="post" action={urls.decideHeld(held.id, "refuse")}>
      <Csrf token={visit.csrf} />
      <Textarea
        id="reason"
        name="reason"
        rows={3}
        label="Reason"
        hint="For whoever reads the audit. No names, nothing of a person's health."
        defaultValue={visit.form.get("reason") ?? ""}
        {...(fault ? { error: fault } : {})}
      />
      <p>
        Refuse when the system's list is wrong: everything stays in force, and the same gap is not asked about again. Release when it is
        right: exactly what is still missing no longer counts.
      </p>
      <div className="nhsuk-button-group">
        <Button type="submit">Refuse: keep them</Button>
        <Button type="submit" warning formAction={urls.decideHeld(held.id, "release")}>
          Release: they no longer count
        </Button>
      </div>
    </form>
  );
}
