/** The made-up vendor over HTTP, in a process of its own: pages are made once, so that serving them costs nearly nothing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { madeUpPage, pageCount } from "./made-up-vendor";

const pages = [0, 1].map((edition) =>
  Array.from({ length: pageCount }, (_, page) => Buffer.from(JSON.stringify(madeUpPage(page, edition)))),
);
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://vendor");
  const body = pages[Number(url.searchParams.get("edition"))]?.[Number(url.searchParams.get("page"))];
  if (!body) response.writeHead(404).end();
  else response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit(0));
