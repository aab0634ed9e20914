import { SummaryList } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { AsOf, Back, Sentence } from "./components/parts";
import { DataTable } from "./components/table";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type ReplayAnswer, replayQuestion, replaysQuestion } from "./recovery-questions";
import { urls } from "./urls";
import { instantInWords, numberInWords } from "./words";

const states: Readonly<Record<string, string>> = {
  PLANNING: "Being planned",
  PLANNED: "Planned",
  APPLYING: "Under way",
  APPLIED: "Done",
  CANCELLED: "Stopped",
  STALE: "Overtaken",
};
const wordOf = ({ state }: ReplayAnswer) => states[state] ?? state;
const howFar = (it: ReplayAnswer) =>
  it.willChange === null
    ? `${numberInWords(it.lookedAt)} of ${numberInWords(it.records)} looked at`
    : `${numberInWords(doneOf(it))} of ${numberInWords(it.willChange)} done`;
/** Before it is planned a nought would read as nothing to do. */
const onceKnown = (it: ReplayAnswer, count: number | null) => (it.willChange === null ? "Not known" : numberInWords(count ?? 0));
const doneOf = ({ changed, alreadyThere, movedOn }: ReplayAnswer) => changed + alreadyThere + movedOn;

/** What has been derived anew, of the own organisation or of all. */
export async function replaysPage(visit: Visit): Promise<Page> {
  const { asOf, replays } = await askOperations<{ asOf: string; replays: readonly ReplayAnswer[] | null }>(visit, replaysQuestion, {
    organisation: visit.operator.organisation,
  });
  if (!replays) throw new Refusal(403);
  return {
    title: "Replays",
    body: (
      <>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-bottom-2">Replays</h1>
        <p className="nhsuk-u-margin-bottom-1">
          Records derived anew from what was received, without asking the vendor: planned first, then done exactly as planned.
        </p>
        <AsOf at={asOf} />
        <DataTable
          caption="The latest first"
          rows={replays}
          keyOf={(it) => it.id}
          empty="Nothing has been derived anew."
          columns={[
            {
              head: "About",
              cell: (it) => (
                <a href={urls.replay(it.id)}>
                  {it.subject}
                  <span className="nhsuk-u-visually-hidden">, planned {instantInWords(it.plannedAt)}</span>
                </a>
              ),
            },
            { head: "Organisation", cell: (it) => it.organisations.map(({ odsCode, name }) => name ?? odsCode).join(", ") },
            { head: "State", cell: wordOf },
            { head: "Will change", numeric: true, cell: (it) => onceKnown(it, it.willChange) },
            { head: "Done", numeric: true, cell: (it) => numberInWords(doneOf(it)) },
            { head: "Left", numeric: true, cell: (it) => onceKnown(it, it.left) },
            { head: "Planned", cell: (it) => instantInWords(it.plannedAt) },
          ]}
        />
      </>
    ),
  };
}

export async function replayPage(visit: Visit): Promise<Page> {
  const [id = ""] = visit.parts;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refusal(404);
  const { asOf, replay } = await askOperations<{ asOf: string; replay: ReplayAnswer | null }>(visit, replayQuestion, { id });
  if (!replay) throw new Refusal(404);
  return {
    title: `Replay: ${replay.subject}`,
    body: (
      <>
        <Back to={urls.replays()}>Replays</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-3">{replay.subject}</h1>
        <p className="nhsuk-body-l">
          {wordOf(replay)}: {howFar(replay)}
        </p>
        <AsOf at={asOf} />
        <SummaryList>
          {rowsOf(replay).map(([key, value]) => (
            <SummaryList.Row key={key}>
              <SummaryList.Key>{key}</SummaryList.Key>
              <SummaryList.Value>{value}</SummaryList.Value>
            </SummaryList.Row>
          ))}
        </SummaryList>
        {replay.failures.length > 0 ? (
          <DataTable
            caption="What cannot be derived"
            rows={replay.failures}
            keyOf={(it) => it.code}
            empty=""
            columns={[
              { head: "Why", prose: true, cell: (it) => <Sentence text={it.say} /> },
              { head: "Next step", prose: true, cell: (it) => <Sentence text={it.next} /> },
              { head: "Records", numeric: true, cell: (it) => numberInWords(it.count) },
            ]}
          />
        ) : null}
      </>
    ),
  };
}

/** The plan in counts, and what of it is done. */
function planned(it: ReplayAnswer): readonly (readonly [string, ReactNode])[] {
  if (it.willChange === null) return [["Will change", "Not known"]];
  return [
    ["Will change", `${numberInWords(it.willChange)}: ${numberInWords(it.rows)} rows, ${numberInWords(it.withdrawn)} of them taken back`],
    ["Stay as they are", numberInWords(it.unchanged)],
    ["Cannot be derived", numberInWords(it.willFail)],
    ["No longer kept as received", numberInWords(it.rawExpired)],
    ["Of people without a match", numberInWords(it.waiting)],
    [
      "Done",
      `${numberInWords(it.changed)} changed, ${numberInWords(it.alreadyThere)} as planned already, ${numberInWords(it.movedOn)} stated anew by their source`,
    ],
    ["Left", numberInWords(it.left)],
  ];
}

function rowsOf(it: ReplayAnswer): readonly (readonly [string, ReactNode])[] {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["Received records", numberInWords(it.records)],
    ...planned(it),
    ["Planned", instantInWords(it.plannedAt)],
  ];
  const instants = (
    [
      ["Started", it.startedAt],
      ["Finished", it.appliedAt],
      ["Stopped", it.cancelledAt],
    ] as const
  ).flatMap(([key, at]) => (at === null ? [] : [[key, instantInWords(at)] as const]));
  const more: readonly (readonly [string, ReactNode])[] = [
    ...(it.rate === null ? [] : [["Pace", `${numberInWords(it.rate)} records a second`] as const]),
    ...(it.reason === null ? [] : [["Reason", it.reason] as const]),
    ...(it.cancelReason === null ? [] : [["Stopped because", it.cancelReason] as const]),
  ];
  return [...rows, ...instants, ...more];
}
