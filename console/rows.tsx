import { AsOf, Back, Owner, Paging, Sentence, StateTag } from "./components/parts";
import { DataTable } from "./components/table";
import { askOperations, type Page, Refusal, type Visit } from "./page";
import { type PageInfoAnswer, type RowAnswer, rowsQuestion } from "./questions";
import { numberTitles, rowStates } from "./states";
import { urls } from "./urls";
import { instantInWords } from "./words";

interface RowsAnswer {
  readonly asOf: string;
  readonly rows: {
    readonly fewerThanFive: boolean;
    readonly pageInfo: PageInfoAnswer;
    readonly edges: readonly { readonly node: RowAnswer }[];
  } | null;
}

const patterns = {
  system: /^[a-z0-9-]{1,100}$/,
  dataSet: /^[\w .-]{1,100}$/,
  organisation: /^[A-Z0-9]{3,10}$/,
  code: /^[A-Z][A-Z0-9_]{0,60}$/,
  // A course title, or a file name.
  subject: /^[^<>\0]{1,300}$/,
  state: /^[A-Z][A-Z_]{0,30}$/,
  after: /^[\w-]{1,200}$/,
} as const;

/** Numbers of a file towards ESR, and of the page of these files. */
const ofFiles = new Set(["DUE", "SENT", "ACKNOWLEDGED", "RETURNED", "REFUSED_BY_ESR", "SHADOWED"]);
function backOf(of: string, subject: string | null): string {
  if (ofFiles.has(of) && subject) return urls.esrFile(subject);
  return ofFiles.has(of) || of.startsWith("REHEARSED_") ? urls.esr() : urls.queues();
}

/** The rows behind one number: the address says which. */
export async function rowsPage(visit: Visit): Promise<Page> {
  const of = visit.query.get("of") ?? "";
  if (!(of in numberTitles)) throw new Refusal(400);
  const asked: Record<string, string | null> = {};
  for (const [name, pattern] of Object.entries(patterns)) {
    const value = visit.query.get(name) || null;
    if (value !== null && !pattern.test(value)) throw new Refusal(400);
    asked[name] = value;
  }
  if (asked.dataSet && !asked.system) throw new Refusal(400);
  if ((of === "ACTIVE" || of === "NOT_IN_LMS") && !asked.organisation) throw new Refusal(400);
  const { asOf, rows } = await askOperations<RowsAnswer>(visit, rowsQuestion, { of, ...asked });
  if (!rows) throw new Refusal(400);
  const { after, ...kept } = asked;
  const title = numberTitles[of]!;
  const narrowed = [
    asked.system,
    asked.dataSet,
    asked.organisation,
    asked.code,
    asked.subject,
    asked.state && (rowStates[asked.state]?.word ?? asked.state),
  ]
    .filter(Boolean)
    .join(", ");
  const found = rows.edges.map((edge) => edge.node);
  return {
    title,
    body: (
      <>
        <Back to={asked.system ? urls.connection(asked.system) : backOf(of, asked.subject ?? null)}>Back</Back>
        <h1 className="nhsuk-heading-l nhsuk-u-margin-top-3 nhsuk-u-margin-bottom-2">{title}</h1>
        {narrowed ? <p className="nhsuk-u-margin-bottom-1">Only: {narrowed}</p> : null}
        <AsOf at={asOf} />
        <p>
          The oldest first. Ids are random: <code>npx lanyard where</code> with an id tells its whole way. Whose record it is, only that
          person's trust sees.
        </p>
        <DataTable
          caption={title}
          rows={found}
          keyOf={(row) => row.id}
          empty={rows.fewerThanFive ? "Fewer than 5 people: they are not listed." : "There is none."}
          columns={[
            {
              head: "Id",
              cell: (row) => (
                <>
                  <span className="console-id">{row.id}</span>
                  <span className="console-table__note">
                    {[row.what, row.kind].filter((part) => part && part !== "record").join(", ") || "record"}
                  </span>
                </>
              ),
            },
            {
              head: "System",
              cell: (row) => (
                <>
                  <a href={urls.connection(row.connectedSystem)}>{row.connectedSystem}</a>
                  <span className="console-table__note">{row.organisation?.odsCode ?? ""}</span>
                </>
              ),
            },
            { head: "State", cell: (row) => <StateTag state={row.state} words={rowStates} /> },
            { head: "Since", cell: (row) => instantInWords(row.since) },
            {
              head: "Reason",
              cell: (row) =>
                row.code === null ? (
                  row.file ? (
                    <>
                      {row.file}
                      <span className="console-table__note">line {row.line}</span>
                    </>
                  ) : (
                    <span className="console-quiet">none</span>
                  )
                ) : (
                  <>
                    {row.title ?? row.code}
                    <span className="console-table__note">
                      {[
                        row.title ? row.code : null,
                        row.pointer,
                        row.count === null ? null : `${row.count} records`,
                        row.file ? `${row.file} line ${row.line}` : null,
                      ]
                        .filter(Boolean)
                        .join(", ")}
                    </span>
                  </>
                ),
            },
            { head: "Whose move", cell: (row) => <Owner owner={row.owner} /> },
            { head: "Next step", prose: true, cell: (row) => <Sentence text={row.next} /> },
          ]}
        />
        <Paging
          first={after ? urls.rows({ of, ...kept }) : null}
          next={rows.pageInfo.hasNextPage ? urls.rows({ of, ...kept, after: rows.pageInfo.endCursor }) : null}
        />
      </>
    ),
  };
}
