import { Directive, Field, ObjectType } from "type-graphql";
import { badInput } from "./refusals";

export const maximumPage = 100;

@Directive("@shareable")
@ObjectType({ description: "Where a page of a longer list stands.", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether more follow." })
  hasNextPage!: boolean;
  @Field(() => Boolean, { description: "Always false: lists are read forwards only." })
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: "Cursor of the first item of this page." })
  startCursor?: string;
  @Field(() => String, { nullable: true, description: "Cursor to pass as `after` for the next page." })
  endCursor?: string;
}

export function pageSize(first: number): number {
  if (!Number.isInteger(first) || first < 1 || first > maximumPage) throw badInput(`first must be between 1 and ${maximumPage}`);
  return first;
}

/** Opaque to callers; what is in it may change. */
export function cursorOf(key: string): string {
  return Buffer.from(`k:${key}`).toString("base64url");
}

export function keyOf(cursor: string | undefined | null, pattern: RegExp): string | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  if (!text.startsWith("k:") || !pattern.test(text.slice(2))) throw badInput("after is not a cursor of this list");
  return text.slice(2);
}

export function pageInfo(cursors: readonly string[], hasNextPage: boolean): PageInfo {
  return {
    hasNextPage,
    hasPreviousPage: false,
    ...(cursors.length > 0 ? { startCursor: cursors[0]!, endCursor: cursors[cursors.length - 1]! } : {}),
  };
}

/** A page of at most `size` of these rows: whoever reads asks for one more, which tells whether there is a next page. */
export function pageOf<Row, Node>(rows: readonly Row[], size: number, keyOfRow: (row: Row) => string, nodeOf: (row: Row) => Node) {
  const edges = rows.slice(0, size).map((row) => ({ cursor: cursorOf(keyOfRow(row)), node: nodeOf(row) }));
  const cursors = edges.map(({ cursor }) => cursor);
  return { edges, pageInfo: pageInfo(cursors, rows.length > size) };
}

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
