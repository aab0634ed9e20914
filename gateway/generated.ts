import { composeSupergraph } from "./compose";
import { dictionary } from "./dictionary";

export interface GeneratedFile {
  /** Relative to the project. */
  readonly path: string;
  readonly content: string;
}

/** Files that are committed and must equal what the code says: `lanyard schema --check` and a test compare them. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: "schema/supergraph.graphql", content: composeSupergraph() },
    { path: "schema/dictionary.md", content: dictionary() },
  ];
}
