import { definitionOfKind, recordKinds, recordTypes } from "../schema/kinds";
import { type TestStore, testStore } from "../test/builders/store";
import { createDataSource } from "./migrate";

describe("the migrated schema", () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await testStore();
  });
  afterAll(() => test.drop());

  it.each(recordKinds)("has the columns of the class of %s: names, types, and what may be missing", async (kind) => {
    const source = createDataSource(test.url);
    await source.initialize();
    try {
      const { schema, table } = definitionOfKind(kind);
      const rows = await test.rows(
        `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable
         from pg_attribute a where a.attrelid = format('%I.%I', $1::text, $2::text)::regclass and a.attnum > 0 and not a.attisdropped`,
        [schema, table],
      );
      const expected = source.getMetadata(recordTypes[kind]).columns.map((column) => ({
        name: column.databaseName,
        type: `${typeNames[String(column.type)] ?? String(column.type)}${column.isArray ? "[]" : ""}`,
        // The class leaves it open for records about an organisation; tables about people do not.
        nullable: column.databaseName === "source_person_id" ? definitionOfKind(kind).subject !== "staff-member" : column.isNullable,
      }));
      const byName = (a: Record<string, any>, b: Record<string, any>) => (a.name < b.name ? -1 : 1);
      expect(rows.sort(byName)).toEqual(expected.sort(byName));
    } finally {
      await source.destroy();
    }
  });

  it("finds every record by its key, and every person's records by an index", async () => {
    for (const kind of recordKinds) {
      const { schema, table, subject } = definitionOfKind(kind);
      const indexes = (await test.rows("select indexdef from pg_indexes where schemaname = $1 and tablename = $2", [schema, table])).map(
        (row) => row.indexdef,
      );
      expect(indexes).toContainEqual(expect.stringContaining("(connection_id, source_id, controller_org, valid_from) NULLS NOT DISTINCT"));
      if (subject === "staff-member")
        for (const column of ["staff_member_id", "source_person_id"])
          expect(indexes).toContainEqual(expect.stringContaining(`(${column})`));
    }
  });
});

const typeNames: Record<string, string> = { timestamptz: "timestamp with time zone" };
