/**
 * Every address that any server of the hub answers, and what opens it. A request that fits none is not found before any
 * handler sees it: what is not listed here cannot be reached, so the list is the inventory.
 */
export type Credential =
  /** Nothing: what stands there says nothing of anybody. */
  | "none"
  /** A bearer token of a configured issuer. */
  | "bearer"
  /** The gateway's internal token, for one subgraph and one operation. */
  | "internal"
  /** A body signed with an intake key of that very connection. */
  | "intake-signature"
  /** The key of an event channel. */
  | "api-key"
  /** The console's session cookie, and for a POST the token of its form. */
  | "session"
  /** An assertion signed by a registered client. */
  | "client-assertion";

export interface Door {
  readonly methods: readonly ("GET" | "POST")[];
  /** `:name` is one segment, `*` at the end whatever follows. */
  readonly path: string;
  readonly opens: Credential;
  /** Roles of the process in which it is served; `all` has every one but the subgraphs'. */
  readonly roles: readonly ("gateway" | "intake" | "worker" | "subgraph")[];
  readonly demonstrationOnly?: true;
}

const everywhere = ["gateway", "intake", "worker", "subgraph"] as const;

export const doors: readonly Door[] = [
  { methods: ["GET"], path: "/livez", opens: "none", roles: everywhere },
  { methods: ["GET"], path: "/readyz", opens: "none", roles: everywhere },
  { methods: ["POST"], path: "/graphql", opens: "bearer", roles: ["gateway"] },
  // The same address in another process, for another credential.
  { methods: ["POST"], path: "/graphql", opens: "internal", roles: ["subgraph"] },
  { methods: ["GET"], path: "/explorer", opens: "none", roles: ["gateway"], demonstrationOnly: true },
  { methods: ["GET"], path: "/explorer/*", opens: "none", roles: ["gateway"], demonstrationOnly: true },
  { methods: ["POST"], path: "/oauth2/token", opens: "client-assertion", roles: ["gateway"] },
  { methods: ["GET"], path: "/oauth2/jwks", opens: "none", roles: ["gateway"] },
  { methods: ["GET"], path: "/.well-known/oauth-authorization-server", opens: "none", roles: ["gateway"] },
  { methods: ["POST"], path: "/intake/:connection/records", opens: "intake-signature", roles: ["intake"] },
  { methods: ["POST"], path: "/intake/:connection/events", opens: "intake-signature", roles: ["intake"] },
  { methods: ["GET"], path: "/intake/:connection/receipts", opens: "intake-signature", roles: ["intake"] },
  { methods: ["GET"], path: "/intake/:connection/receipts/:receipt", opens: "intake-signature", roles: ["intake"] },
  { methods: ["POST"], path: "/events", opens: "api-key", roles: ["intake"] },
  { methods: ["GET"], path: "/openapi.json", opens: "none", roles: ["intake"] },
  { methods: ["GET"], path: "/intake/openapi.json", opens: "none", roles: ["intake"] },
  // The console's own list of pages is console/routes.ts; behind it everything needs a session.
  { methods: ["GET", "POST"], path: "/console", opens: "session", roles: ["gateway"] },
  { methods: ["GET", "POST"], path: "/console/*", opens: "session", roles: ["gateway"] },
];

const patterns = doors.map(({ path }) => {
  const text = path
    .split("/")
    .map((part) => (part === "*" ? ".*" : part.startsWith(":") ? "[^/]{1,100}" : part.replace(/[.]/g, "\\.")))
    .join("/");
  return new RegExp(`^${text}/?$`);
});

/** Whether anything may stand at this address at all. */
export function isDoor(url: string): boolean {
  const path = url.split("?")[0]!;
  return path.startsWith("/") && path.length <= 2_000 && patterns.some((pattern) => pattern.test(path));
}
