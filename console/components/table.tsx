// biome-ignore-all lint/a11y/noRedundantRoles: a table shown as blocks loses its roles unless the markup states them
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly head: string;
  readonly numeric?: boolean;
  /** Sentences: on a small screen they stand below their heading. */
  readonly prose?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Where the heading sorts by this column, and whether it does so now. */
  readonly sort?: { readonly href: string; readonly now: "ascending" | "descending" | undefined };
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What stands there instead when there is no row. */
  readonly empty: string;
}

const classOf = (numeric: boolean | undefined, part: "header" | "cell") =>
  `nhsuk-table__${part}${numeric ? ` nhsuk-table__${part}--numeric` : ""}`;

/**
 * A table that becomes a list of lists on a small screen. The roles stand in the markup because display: block would take
 * them away; the first cell of a row is its heading.
 */
export function DataTable<Row>({ caption, columns, rows, keyOf, empty }: Props<Row>): ReactNode {
  if (rows.length === 0) {
    return (
      <>
        <h2 className="nhsuk-heading-m">{caption}</h2>
        <p>{empty}</p>
      </>
    );
  }
  return (
    <table className="nhsuk-table console-table" role="table">
      <caption className="nhsuk-table__caption nhsuk-table__caption--m">{caption}</caption>
      <thead className="nhsuk-table__head" role="rowgroup">
        <tr className="nhsuk-table__row" role="row">
          {columns.map((column) => (
            <th
              key={column.head}
              className={classOf(column.numeric, "header")}
              scope="col"
              role="columnheader"
              aria-sort={column.sort ? (column.sort.now ?? "none") : undefined}
            >
              {column.sort ? (
                <a href={column.sort.href}>
                  {column.head}
                  {column.sort.now ? <span aria-hidden="true">{column.sort.now === "ascending" ? " ▲" : " ▼"}</span> : null}
                </a>
              ) : (
                column.head
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="nhsuk-table__body" role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} className="nhsuk-table__row" role="row">
            {columns.map((column, index) => {
              const content = (
                <>
                  <span className="console-table__label">{column.head}</span>
                  <span className="console-table__value">{column.cell(row)}</span>
                </>
              );
              return index === 0 ? (
                <th key={column.head} className="nhsuk-table__header" scope="row" role="rowheader">
                  {content}
                </th>
              ) : (
                <td
                  key={column.head}
                  className={`${classOf(column.numeric, "cell")}${column.prose ? " console-table__prose" : ""}`}
                  role="cell"
                >
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
