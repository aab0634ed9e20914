/** A vendor that gives back whatever it was sent, in the places where a hub looks for the reason: in words, in JSON, in headers. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSigned } from "../../../connectors/kit/fixtures/self-signed";

export interface Telltale {
  readonly url: string;
  /** The same behind a certificate that nobody vouches for. */
  readonly secureUrl: string;
  /** Everything that came in: what a secret was really sent with. */
  readonly heard: string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export async function startTelltale(): Promise<Telltale> {
  let heard = "";
  const answer: RequestListener = (request, response) => {
    void bodyOf(request).then((body) => {
      const said = `${request.url} ${JSON.stringify(request.headers)} ${body}`;
      heard += `${said}\n`;
      const fields = new URLSearchParams(body);
      const secret = fields.get("client_secret") ?? fields.get("wstoken") ?? request.headers.authorization ?? "";
      const told = { error: secret, error_description: said, errorcode: secret, exception: secret, message: said, debuginfo: said };
      const line = said.replaceAll(/[^\x20-\x7e]/g, " ").slice(0, 4000);
      const status = Number(/\/answers-(\d{3})\//.exec(request.url ?? "")?.[1] ?? 401);
      response.writeHead(status, { "content-type": "application/json", "www-authenticate": line, "x-why": line });
      response.end(JSON.stringify(told));
    });
  };
  const servers = [createServer(answer), createSecureServer({ key: selfSigned.key, cert: selfSigned.cert }, answer)];
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const [port, securePort] = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://127.0.0.1:${securePort}`,
    get heard() {
      return heard;
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
