import type { ReactNode } from "react";
import { Owner, Sentence } from "./components/parts";
import { DataTable } from "./components/table";
import type { SystemOfQueues, WaitingAnswer } from "./questions";
import { urls } from "./urls";
import { durationInWords, numberInWords } from "./words";

interface Line extends WaitingAnswer {
  readonly system: SystemOfQueues;
}

const few = <span className="console-quiet">fewer than 5</span>;
const number = (count: number | null): ReactNode => (count === null ? few : numberInWords(count));

/** Records without their person, by age: what grows old here nobody has dealt with. */
export function WaitingTable({ systems, asOf }: { systems: readonly SystemOfQueues[]; asOf: string }): ReactNode {
  const lines = systems.flatMap((system) => system.waitingByAge.map((it): Line => ({ ...it, system })));
  const band = (head: string, of: (line: Line) => number | null) => ({ head, numeric: true, cell: (line: Line) => number(of(line)) });
  return (
    <DataTable
      caption="Waiting for their person, by age"
      rows={lines.sort((a, b) => (a.oldestAt < b.oldestAt ? -1 : a.oldestAt > b.oldestAt ? 1 : 0))}
      keyOf={(line) => `${line.system.id} ${line.organisation.odsCode} ${line.ofHealth}`}
      empty="Every record has found its person."
      columns={[
        {
          head: "System",
          cell: (line) => (
            <>
              <a href={urls.rows({ of: "WAITING", system: line.system.id, organisation: line.organisation.odsCode })}>
                {line.system.title}
              </a>
              <span className="console-table__note">
                {line.organisation.name ?? line.organisation.odsCode}
                {line.ofHealth ? ", health records" : ""}
              </span>
            </>
          ),
        },
        band("Records", (line) => line.records),
        band("Up to 1 day", (line) => line.upToOneDay),
        band("Up to 7 days", (line) => line.upTo7Days),
        band("Up to 30 days", (line) => line.upTo30Days),
        band("Older", (line) => line.older),
        { head: "The oldest waits for", cell: (line) => durationInWords((Date.parse(asOf) - Date.parse(line.oldestAt)) / 1000) },
        { head: "Whose move", cell: (line) => <Owner owner={line.owner} /> },
        { head: "Next step", prose: true, cell: (line) => <Sentence text={line.next} /> },
      ]}
    />
  );
}
