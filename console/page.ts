import type { ReactNode } from "react";
import type { Act } from "../access/decide";
import type { Principal } from "../access/principal";
import type { Operator } from "./session";

/** A question to the graph, through the same decisions as anybody else's. */
export type Ask = <T>(query: string, variables: Record<string, unknown>, principal: Principal) => Promise<T>;

/** Whether the one who is signed in may do something for an organisation. */
export type May = (act: Act, organisation: string) => boolean;

/** What a page is made from. */
export interface Visit {
  readonly operator: Operator;
  readonly principal: Principal;
  readonly query: URLSearchParams;
  /** Fields of a form that was sent; empty on GET. */
  readonly form: URLSearchParams;
  /** Variable parts of the address. */
  readonly parts: readonly string[];
  /** What every form on the page carries. */
  readonly csrf: string;
  /** Today in Europe/London. */
  readonly today: string;
  readonly ask: Ask;
  /** Whether a form is worth showing: the graph decides again on what is sent. */
  readonly may: May;
}

export interface Page {
  readonly status?: number;
  readonly title: string;
  readonly body: ReactNode;
}
export interface Redirect {
  readonly to: string;
}
export type Answer = Page | Redirect;

/** A page that cannot be shown: told in the same layout. */
export class Refusal extends Error {
  constructor(readonly status: 400 | 403 | 404 | 405 | 413 | 415 | 421 | 503) {
    super(`refused with ${status}`);
  }
}

/** Operations of the graph, or a refusal: null is all that a caller without the right gets. */
export async function askOperations<T>(visit: Visit, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { operations } = await visit.ask<{ operations: T | null }>(query, variables, visit.principal);
  if (operations === null || operations === undefined) throw new Refusal(403);
  return operations;
}
