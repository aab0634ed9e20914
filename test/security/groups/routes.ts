/**
 * Every address of the hub with every kind of credential: only the one that is listed for it opens it. And every address that
 * somebody may think of: what is not on the list is not there.
 */
import "reflect-metadata";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { SignJWT } from "jose";
import { composeConsole } from "../../../cli/compose/console";
import { type Credential, doors } from "../../../cli/compose/doors";
import { composeGraph } from "../../../cli/compose/graph";
import { createHubServer } from "../../../cli/compose/http";
import { composeIntake } from "../../../cli/compose/intake";
import { createSessions } from "../../../console/session";
import { createDevelopmentIssuer } from "../../../gateway/development-issuer";
import { loadInternalKeys, loadOrCreateKey } from "../../../gateway/internal-token";
import { strictHeaders } from "../../../platform/http";
import { closeServer } from "../../../platform/listen";
import { testHub } from "../../builders/hub";
import { pushVendor, pushYaml } from "../../builders/push-vendor";
import setup from "../../global-setup";
import teardown from "../../global-teardown";
import type { Row, SecurityGroup } from "../group";

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Addresses that scanners and forgetful colleagues try. */
const elsewhere = [
  "/",
  "/v1",
  "/v1/graphql",
  "/api",
  "/api/graphql",
  "/graphql/",
  "/graphql/v2",
  "/graphiql",
  "/playground",
  "/altair",
  "/voyager",
  "/query",
  "/admin",
  "/admin/queues",
  "/queues",
  "/bull-board",
  "/arena",
  "/metrics",
  "/health",
  "/healthz",
  "/status",
  "/debug",
  "/debug/pprof",
  "/actuator",
  "/actuator/env",
  "/env",
  "/.env",
  "/.git/config",
  "/.git/HEAD",
  "/config",
  "/config.json",
  "/lanyard.yaml",
  "/package.json",
  "/swagger",
  "/swagger.json",
  "/openapi.yaml",
  "/docs",
  "/server-status",
  "/phpinfo.php",
  "/wp-login.php",
  "/_service",
  "/_entities",
  "/subgraph/staff",
  "/staff/graphql",
  "/health/graphql",
  "/intake",
  "/intake/",
  "/intake/zqa-lms",
  "/intake/zqa-lms/admin",
  "/intake/zqa-lms/keys",
  "/intake/zqa-lms/records/1",
  "/intake/zqa-lms/receipts/1/2",
  "/events/1",
  "/oauth2",
  "/oauth2/token/1",
  "/oauth2/authorize",
  "/oauth2/introspect",
  "/oauth2/register",
  "/.well-known/openid-configuration",
  "/.well-known/security.txt",
  "/explorer.html",
  "/explorerx",
  "/consolex",
  "//graphql",
  "/./graphql",
  "/graphql/..",
  "/%67raphql",
  "/graphql%00",
  "/graphql;x",
  "/GRAPHQL",
  "/intake/../graphql",
  "/console/../graphql",
  "/livez/x",
  "/readyz/..",
  "/livez%2f",
  "/backup",
  "/dump",
  "/exports",
  "/files",
  "/data",
  "/logs",
  "/internal",
  "/internal-key.json",
  "/key",
  "/keys",
  "/.lanyard/key",
];

export const group: SecurityGroup = {
  what: "every address opens to the one credential that is listed for it, and what is not listed is not there",
  async run() {
    const had = process.env.LANYARD_TEST_DATABASE !== undefined;
    await setup();
    const hub = await testHub({ yaml: pushYaml() });
    const operator = { name: "Operator", role: "ops" as const };
    const vendor = await pushVendor(hub);
    const config = { ...hub.config, console: { operators: [operator] } };
    const foundation = { ...hub.foundation, config };
    const graph = await composeGraph(foundation, "all");
    const part = await composeGraph(foundation, "subgraph:staff");
    const whole = createHubServer(
      foundation,
      [composeIntake(foundation), ...graph.routes, await composeConsole(foundation, graph)],
      () => true,
    );
    const own = createHubServer(foundation, part.routes, () => true);
    const listen = (server: typeof whole) =>
      new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
    const [port, partPort] = [await listen(whole), await listen(own)];
    try {
      const folder = foundation.environment.dataFolder;
      const issuer = await createDevelopmentIssuer({ folder, clock: hub.clock });
      const sessions = await createSessions({
        key: await loadOrCreateKey(path.join(folder, "console-session.json")),
        clock: hub.clock,
        operators: [operator],
      });
      const now = Math.floor(hub.clock.now().getTime() / 1000);
      const internal = await new SignJWT({ principal: {}, rid: "r", op: "x" })
        .setProtectedHeader({ alg: "EdDSA" })
        .setIssuer("lanyard:gateway")
        .setAudience("subgraph:staff")
        .setIssuedAt(now)
        .setExpirationTime(now + 30)
        .sign((await loadInternalKeys(folder)).sign);
      const bearer = await issuer.issueToken({ as: "ops" });
      const cookie = (await sessions.start(operator)).split(";")[0]!;
      const credentials: Readonly<Record<string, (body: string) => Record<string, string>>> = {
        none: () => ({}),
        bearer: () => ({ authorization: `Bearer ${bearer}` }),
        "an expired bearer": () => ({ authorization: `Bearer ${bearer.slice(0, -4)}AAAA` }),
        internal: () => ({ authorization: `Bearer ${internal}` }),
        "a basic password": () => ({ authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` }),
        "intake-signature": (body) => vendor.headersOf(body),
        "an intake secret as bearer": () => ({ authorization: `Bearer ${vendor.secret}` }),
        "api-key": () => ({ apikey: vendor.secret }),
        session: () => ({ cookie }),
        "a session as bearer": () => ({ authorization: `Bearer ${cookie.slice(cookie.indexOf("=") + 1)}` }),
        "a bearer as session": () => ({ cookie: `lanyard-console=${bearer}` }),
        "claims in headers": () => ({
          "x-role": "ops",
          "x-forwarded-user": "admin",
          "x-original-url": "/livez",
          "x-http-method-override": "GET",
        }),
      };
      const send = (to: number, method: string, where: string, headers: Record<string, string>, body: string) =>
        new Promise<Told>((resolve, reject) => {
          const sending = httpRequest(
            {
              host: "127.0.0.1",
              port: to,
              path: where,
              method,
              headers: { "content-length": String(Buffer.byteLength(body)), ...headers },
              agent: false,
            },
            (answer) => {
              const chunks: Buffer[] = [];
              answer
                .on("data", (chunk: Buffer) => chunks.push(chunk))
                .on("end", () =>
                  resolve({ status: answer.statusCode!, headers: answer.headers, text: Buffer.concat(chunks).toString("utf8") }),
                );
            },
          );
          sending.on("error", reject).end(body);
        });

      const matrix = { tried: 0, refused: 0, leaked: 0, missed: 0, examples: [] as string[] };
      const heads = { tried: 0, refused: 0, leaked: 0, missed: 0, examples: [] as string[] };
      const headersOf = (what: string, { headers }: Told) => {
        heads.tried += 1;
        const lacking = Object.keys(strictHeaders).filter((name) => headers[name] === undefined);
        const open =
          headers["access-control-allow-origin"] !== undefined || headers["x-powered-by"] !== undefined || headers.server !== undefined;
        if (lacking.length === 0 && !open) return;
        heads.missed += 1;
        if (heads.examples.length < 8) heads.examples.push(`${what}: ${lacking.join(", ")}${open ? " open" : ""}`);
      };
      const usable = new Set<Credential>(["none", "bearer", "intake-signature", "session"]);
      for (const door of doors) {
        const to = door.roles.includes("subgraph") && door.roles.length === 1 ? partPort : port;
        const where = door.path
          .replace(":connection", "zqa-lms")
          .replace(":receipt", "00000000-0000-4000-8000-000000000000")
          .replace("/*", door.path.startsWith("/console") ? "/problems" : "/index.html");
        for (const method of door.methods) {
          const body = method === "GET" ? "" : where === "/graphql" ? '{"query":"{ __typename }"}' : "{}";
          for (const [kind, headersFor] of Object.entries(credentials)) {
            const headers = { ...(method === "POST" ? { "content-type": "application/json" } : {}), ...headersFor(body) };
            const told = await send(to, method, where, headers, body);
            headersOf(`${method} ${where}`, told);
            matrix.tried += 1;
            const right = door.opens === "none" || kind === door.opens;
            // Signed and then refused for what it says, or not there yet, is past the door; 401 and a sent-on to sign in are before it.
            const before = told.status === 401 || told.status === 303 || told.status === 404;
            // The vendor of this world pushes and announces nothing: its signature is none for events.
            const announces = !where.endsWith("/events");
            if (right && announces && usable.has(door.opens) && told.status === 401) matrix.missed += 1;
            else if (
              !right &&
              !before &&
              told.status !== 403 &&
              told.status !== 405 &&
              told.status !== 415 &&
              !(told.status === 400 && door.opens === "client-assertion")
            )
              matrix.leaked += 1;
            else {
              if (!right) matrix.refused += 1;
              continue;
            }
            if (matrix.examples.length < 12)
              matrix.examples.push(`${method} ${where} with ${kind}: ${told.status} ${told.text.slice(0, 80)}`);
          }
        }
      }
      const unlisted = { tried: 0, refused: 0, leaked: 0, missed: 0, examples: [] as string[] };
      for (const where of elsewhere) {
        for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
          const told = await send(port, method, where, { authorization: `Bearer ${bearer}`, cookie, origin: "https://evil.example" }, "");
          headersOf(`${method} ${where}`, told);
          unlisted.tried += 1;
          if (told.status >= 400 && told.status < 500) unlisted.refused += 1;
          else {
            unlisted.leaked += 1;
            if (unlisted.examples.length < 12) unlisted.examples.push(`${method} ${where}: ${told.status} ${told.text.slice(0, 80)}`);
          }
        }
      }
      const methods = { tried: 0, refused: 0, leaked: 0, missed: 0, examples: [] as string[] };
      for (const where of ["/graphql", "/livez", "/readyz", "/openapi.json", "/events", "/intake/zqa-lms/records", "/console"]) {
        for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
          const told = await send(
            port,
            method,
            where,
            { authorization: `Bearer ${bearer}`, origin: "https://evil.example", "access-control-request-method": "POST" },
            "",
          );
          methods.tried += 1;
          headersOf(`${method} ${where}`, told);
          if (told.status >= 400 && told.status < 500) methods.refused += 1;
          else {
            methods.leaked += 1;
            methods.examples.push(`${method} ${where}: ${told.status}`);
          }
        }
      }
      const row = (check: string, counts: typeof matrix): Row => ({ check, ...counts });
      return [
        row(`${doors.length} addresses with ${Object.keys(credentials).length} kinds of credential`, matrix),
        row("addresses that are not on the list, by every method", unlisted),
        row("methods that an address does not take", methods),
        row("strict headers of all these answers, and none that opens to other sites", heads),
      ];
    } finally {
      await vendor.close();
      await Promise.all([closeServer(whole), closeServer(own)]);
      await graph.close();
      await part.close();
      await hub.close();
      await teardown();
      if (!had) delete process.env.LANYARD_TEST_DATABASE;
    }
  },
};
