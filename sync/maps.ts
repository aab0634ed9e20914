import { createHash } from "node:crypto";
import type { CodeMapRow, CourseMapRow, Maps } from "../connectors/connector";
import type { StatedCourseMap } from "../store/course-maps";
import type { MapsAs } from "./engine";

/** The maps of one connection: the configuration's rows and what the trusts have stated since, of these organisations only. */
export function mapsOf(
  organisations: readonly string[],
  configured: ReadonlyMap<string, readonly CourseMapRow[]>,
  stated: readonly (CourseMapRow & { readonly id: string; readonly organisation: string })[],
  as?: MapsAs,
  codes: CodesOfMaps = noCodes,
): Maps {
  const without = new Set(as?.without);
  const known = stated.filter((row) => !without.has(row.id));
  const adding = as?.adding.filter((row) => !stated.some(({ id }) => id === row.id)) ?? [];
  const rows: Pick<StatedCourseMap, "organisation" | "course" | "competence" | "from" | "to">[] = [
    ...known,
    ...adding.map(({ course, competence, from, to }) => ({ organisation: as!.organisation, course, competence, from, to })),
  ];
  const ordered = rows.map((row) => ({ row, key: keyOf(row) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return withCodes(
    courseMaps(
      new Map(
        organisations.map((organisation) => [
          organisation,
          [...(configured.get(organisation) ?? []), ...ordered.map(({ row }) => row).filter((row) => row.organisation === organisation)],
        ]),
      ),
    ),
    codeRows(organisations, codes, as),
  );
}

/** Code maps of the configuration and what the trusts have stated since. */
export interface CodesOfMaps {
  readonly configured: ReadonlyMap<string, readonly CodeMapRow[]>;
  readonly stated: readonly (CodeMapRow & { readonly id: string; readonly organisation: string })[];
}
const noCodes: CodesOfMaps = { configured: new Map(), stated: [] };

/** What was stated goes before the configuration, and the latest beginning before earlier ones. */
function codeRows(organisations: readonly string[], { configured, stated }: CodesOfMaps, as: MapsAs | undefined): readonly CodeRow[] {
  const without = new Set(as?.without);
  const adding = as?.addingCodes?.filter((row) => !stated.some(({ id }) => id === row.id)) ?? [];
  const rows = [
    ...stated.filter((row) => !without.has(row.id)),
    ...adding.map(({ list, code, value, from, to }) => ({ organisation: as!.organisation, list, code, value, from, to })),
  ].map(({ organisation, list, code, value, from, to }) => ({ organisation, list, code, value, from, to }));
  const ordered = rows.map((row) => ({ row, key: codeKeyOf(row) })).sort((a, b) => (a.key < b.key ? 1 : -1));
  return organisations.flatMap((organisation) => [
    ...ordered.flatMap(({ row }) => (row.organisation === organisation ? [row] : [])),
    ...(configured.get(organisation) ?? []).map((row) => ({ ...row, organisation })),
  ]);
}
type CodeRow = CodeMapRow & { readonly organisation: string };
const codeKeyOf = ({ organisation, list, code, value, from, to }: CodeRow) =>
  JSON.stringify([organisation, list, code, from ?? "", to ?? "", value]);

/** Without a row the version is that of the course maps alone. */
function withCodes(maps: Maps, rows: readonly CodeRow[]): Maps {
  if (rows.length === 0) return maps;
  const hash = createHash("sha256").update(maps.version);
  const byCode = new Map<string, CodeRow[]>();
  for (const row of rows) {
    hash.update(codeKeyOf(row));
    const key = JSON.stringify([row.organisation, row.list, row.code]);
    byCode.set(key, [...(byCode.get(key) ?? []), row]);
  }
  return {
    ...maps,
    version: hash.digest("hex").slice(0, 12),
    codeOf(organisation, list, code, on) {
      const known = byCode.get(JSON.stringify([organisation, list, code]));
      return known?.find(({ from, to }) => on === undefined || ((from === undefined || from <= on) && (to === undefined || to >= on)))
        ?.value;
    },
  };
}

/** The same rows are the same maps, in whatever order they were stated: putting a map back gives its earlier version. */
const keyOf = ({ course, competence, from, to }: CourseMapRow) => JSON.stringify([course, competence ?? "", from ?? "", to ?? ""]);

/** A versioned snapshot of the organisations' course maps: the same rows give the same version. */
export function courseMaps(rowsByOrganisation: ReadonlyMap<string, readonly CourseMapRow[]>): Maps {
  const byOrganisation = new Map<string, Map<string, CourseMapRow[]>>();
  const hash = createHash("sha256");
  for (const [organisation, rows] of [...rowsByOrganisation].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const byCourse = new Map<string, CourseMapRow[]>();
    for (const row of rows) {
      hash.update(JSON.stringify([organisation, row.course, row.competence ?? null, row.from ?? null, row.to ?? null]));
      const known = byCourse.get(row.course);
      if (known) known.push(row);
      else byCourse.set(row.course, [row]);
    }
    byOrganisation.set(organisation, byCourse);
  }
  return {
    version: hash.digest("hex").slice(0, 12),
    coursesToCompetences(organisation, courseKeys, on) {
      const byCourse = byOrganisation.get(organisation);
      if (!byCourse) return undefined;
      const rows = courseKeys
        .flatMap((key) => byCourse.get(key) ?? [])
        .filter((row) => (row.from === undefined || row.from <= on) && (row.to === undefined || row.to >= on));
      if (rows.length === 0) return undefined;
      const named = new Set<string>();
      for (const row of rows) if (row.competence !== undefined) named.add(row.competence);
      return named.size > 0 ? [...named] : "local";
    },
  };
}
