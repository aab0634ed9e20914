/** The addresses of the vendors' doors. */
export interface Call {
  readonly name: "records" | "receipts" | "events" | "description";
  readonly method: "GET" | "POST";
  /** Undefined where the key says which it is, or nobody asks. */
  readonly connectionId: string | undefined;
  /** Of one receipt. */
  readonly receiptId?: string;
  readonly query: URLSearchParams;
}

const ofConnection = /^\/intake\/([^/?#]{1,100})\/(records|events|receipts)(?:\/([^/?#]{1,100}))?\/?$/;

/** Undefined when the address is none of the intake's. */
export function callOf(url: string): Call | undefined {
  const [path, search] = split(url);
  const query = new URLSearchParams(search);
  if (path === "/openapi.json" || path === "/intake/openapi.json")
    return { name: "description", method: "GET", connectionId: undefined, query };
  if (path === "/events") return { name: "events", method: "POST", connectionId: undefined, query };
  const found = ofConnection.exec(path);
  if (!found) return undefined;
  const [, connectionId, name, receiptId] = found;
  if (name === "receipts") return { name, method: "GET", connectionId, query, ...(receiptId === undefined ? {} : { receiptId }) };
  return receiptId === undefined ? { name: name as "records" | "events", method: "POST", connectionId, query } : undefined;
}

function split(url: string): [path: string, search: string] {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}
