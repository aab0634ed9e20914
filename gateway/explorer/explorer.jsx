// GraphiQL, bundled by us: no page of the hub loads anything from another host.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";

const workers = { json: "json.worker.js", graphql: "graphql.worker.js" };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(`/explorer/${workers[label] ?? "editor.worker.js"}`),
};

const query = `# Ask for one staff record. Put a token into the Headers editor below:
#   { "authorization": "Bearer <npx lanyard token --as self --staff ID>" }
query Me {
  me {
    id
    name { given family }
    learning { competences { subject level awardedOn expiresOn status } sources { connectedSystem state freshAsOf } }
  }
}
`;

createRoot(document.getElementById("explorer")).render(
  <GraphiQL
    fetcher={createGraphiQLFetcher({ url: "/graphql" })}
    defaultQuery={query}
    defaultHeaders={'{ "authorization": "Bearer " }'}
    defaultEditorToolsVisibility="headers"
    isHeadersEditorEnabled
    shouldPersistHeaders={false}
  />,
);
