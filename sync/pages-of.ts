import type { AnyConnector, Page, PersonToRead, ReadMode, SourceSystem } from "../connectors/connector";
import { HubError } from "../platform/errors";

interface Asked {
  readonly since: unknown;
  readonly mode: ReadMode;
  readonly person: PersonToRead | undefined;
  /** The checkpoint that the connection has. */
  readonly held: unknown;
}

/** The pages of one run: of everybody since the checkpoint, or of one person, whose pages leave the checkpoint where it is. */
export async function* pagesOf(
  poll: NonNullable<AnyConnector["poll"]>,
  source: SourceSystem<unknown>,
  { since, mode, person, held }: Asked,
): AsyncIterable<Page<unknown>> {
  if (!person) return yield* poll.pages(source, since, mode);
  if (!poll.person) throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "nobody can be read alone here" } });
  for await (const page of poll.person.pages(source, person)) yield { ...page, checkpoint: held };
}
