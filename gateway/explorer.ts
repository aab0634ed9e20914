import { createReadStream, existsSync, statSync } from "node:fs";
import path from "node:path";
import { strictHeaders } from "../platform/http";
import type { Handler } from "./http";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
};

/** Everything from this very host; the editor sets styles of its own on elements, scripts and workers are files. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** GraphiQL from files of the build, offline. `folder` is where build.cjs puts them. */
export function explorerHandler(folder = path.resolve(__dirname, "../explorer")): Handler {
  return async (request, response) => {
    const asked = request.url?.split("?")[0] ?? "";
    if (asked !== "/explorer" && !asked.startsWith("/explorer/")) return false;
    const name = asked === "/explorer" || asked === "/explorer/" ? "index.html" : asked.slice("/explorer/".length);
    const file = path.join(folder, name);
    const type = types[path.extname(name)];
    // One flat folder of known kinds: nothing else is a file of the explorer.
    if (!type || !/^[\w.-]+$/.test(name) || !existsSync(file)) {
      response.writeHead(404, { ...strictHeaders, "content-type": "text/plain" }).end("Not found");
      return true;
    }
    response.writeHead(200, {
      ...strictHeaders,
      "content-type": type,
      "content-length": statSync(file).size,
      "content-security-policy": policy,
      "cache-control": name === "index.html" ? "no-store" : "private, max-age=3600",
    });
    createReadStream(file).pipe(response);
    return true;
  };
}
