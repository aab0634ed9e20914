import type { AnyConnector, Page, PersonToRead, SourceSystem } from "../connectors/connector";
import { HubError } from "../platform/errors";

/** The pages of one run: of everybody since the checkpoint, or of one person, whose pages leave the checkpoint where it is. */
export async function* pagesOf(
  poll: NonNullable<AnyConnector["poll"]>,
  source: SourceSystem<unknown>,
  since: unknown,
  person: PersonToRead | undefined,
  held: unknown,
): AsyncIterable<Page<unknown>> {
  if (!person) return yield* poll.pages(source, since);
  if (!poll.person) throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "nobody can be read alone here" } });
  for await (const page of poll.person.pages(source, person)) yield { ...page, checkpoint: held };
}
