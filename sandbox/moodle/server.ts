/** A Moodle on loopback: real HTTP, the functions the hub asks for, and the faults of the real one on request. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../platform/clock";
import { type FaultPlan, openFaultDesk } from "../kit/fault-plan";
import { type MoodleData, MoodleSite, type MoodleUser } from "./data";
import { functions, MoodleException } from "./functions";

export type { MoodleCourse, MoodleData, MoodleUser } from "./data";

/**
 * maintenance: the administrator's maintenance mode; upgrade: HTTP 503 with a web page; html: a login page with HTTP 200;
 * forbidden: web services switched off; database-down: what Moodle says without its database; token-expired: once
 * accessexception, then invalidtoken for good; poor-account: an account that may use REST and see nothing; truncated: half an answer.
 */
export type MoodleFault =
  | "maintenance"
  | "upgrade"
  | "html"
  | "forbidden"
  | "database-down"
  | "token-expired"
  | "poor-account"
  | "truncated";

export interface MoodleControl {
  fail(fault: MoodleFault | undefined): void;
  /** A seeded fault of its answers (its target: function and arguments as the form has them); undefined takes it back. */
  plan(plan: FaultPlan | undefined): void;
  /** Answers that a plan has spoilt so far. */
  struck(): number;
  /** A course reset for the next round: the completion is gone without a trace. */
  reset(userId: number, courseId: number): void;
  complete(userId: number, courseId: number, completedAt: number): void;
  deleteUser(id: number): void;
  putUser(user: MoodleUser): void;
  /** Calls since the start, by function. */
  calls(): Readonly<Record<string, number>>;
}
export interface RunningMoodle {
  readonly url: string;
  readonly control: MoodleControl;
  close(): Promise<void>;
}

/** A form is never larger than this; more is not a web service call. */
const largestForm = 1_000_000;

export async function startMoodle(options: {
  /** 0 or none: any free port. */
  readonly port?: number;
  readonly data: MoodleData;
  readonly token: string;
  readonly clock: Clock;
  readonly faults?: MoodleFault;
}): Promise<RunningMoodle> {
  const site = new MoodleSite(options.data);
  const calls: Record<string, number> = {};
  const desk = openFaultDesk(options.clock);
  let fault = options.faults;
  let expired = false;
  let url = "";

  function answerTo(form: URLSearchParams): unknown {
    const name = form.get("wsfunction") ?? "";
    calls[name] = (calls[name] ?? 0) + 1;
    if (fault === "database-down") {
      throw new MoodleException("dbconnectionfailed", "dml_connection_exception", "<p>Error: Database connection failed</p>");
    }
    if (fault === "token-expired" && !expired && form.get("wstoken") === options.token) {
      expired = true;
      throw new MoodleException("accessexception", "webservice_access_exception", "Access control exception");
    }
    if (expired || form.get("wstoken") !== options.token)
      throw new MoodleException("invalidtoken", undefined, "Invalid token - token not found");
    if (fault === "maintenance")
      throw new MoodleException("sitemaintenance", undefined, "The site is undergoing maintenance and is currently not available");
    if (name === "") throw new MoodleException("invalidparameter", "core\\exception\\invalid_parameter_exception");
    const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!run)
      throw new MoodleException(
        "invalidrecord",
        "dml_missing_record_exception",
        "Can't find data record in database table external_functions.",
      );
    return run({ site, args: form, poor: fault === "poor-account", siteUrl: url });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? "/", url);
    response.setHeader("Date", options.clock.now().toUTCString());
    const send = (status: number, type: string, body: string) => response.writeHead(status, { "content-type": type }).end(body);
    if (target.pathname !== "/webservice/rest/server.php") return void send(404, "text/html", "File not found.\n");
    if (fault === "forbidden") return void send(403, "text/html; charset=UTF-8", "");
    if (fault === "upgrade") return void send(503, "text/html", "<h1>Site offline for upgrade</h1>");
    if (fault === "html") {
      return void send(
        200,
        "text/html; charset=utf-8",
        '<!DOCTYPE html><html><title>Log in to the site</title><form><input type="password"></form></html>',
      );
    }
    const form = new URLSearchParams(target.search);
    for (const [name, value] of new URLSearchParams(await bodyOf(request))) form.set(name, value);
    const json = form.get("moodlewsrestformat") === "json";
    let answer: unknown;
    try {
      answer = answerTo(form);
    } catch (error) {
      if (!(error instanceof MoodleException)) throw error;
      const { exception, errorcode, message } = error;
      answer = { exception, errorcode, message };
      if (!json) return void send(200, "application/xml; charset=utf-8", xmlException(error));
    }
    if (!json) return void send(200, "application/xml; charset=utf-8", `${xmlHead}<RESPONSE>\n</RESPONSE>\n`);
    const body = JSON.stringify(answer);
    const asked = new URLSearchParams(form);
    asked.delete("wstoken");
    const strike = desk.due(asked.toString());
    if (strike) return strike(response, { status: 200, contentType: "application/json; charset=utf-8", body, url: target.toString() });
    send(200, "application/json; charset=utf-8", fault === "truncated" ? body.slice(0, body.length >> 1) : body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    control: {
      fail(next) {
        fault = next;
        expired = false;
      },
      plan: desk.plan,
      struck: desk.struck,
      reset: (userId, courseId) => site.complete(userId, courseId, undefined),
      complete: (userId, courseId, completedAt) => site.complete(userId, courseId, completedAt),
      deleteUser(id) {
        const email = createHash("md5")
          .update(site.users.get(id)?.username ?? "")
          .digest("hex");
        site.deleteUser(id, Math.floor(options.clock.now().getTime() / 1000), email);
      },
      putUser: (user) => site.putUser(user),
      calls: () => ({ ...calls }),
    },
    close: () =>
      new Promise((resolve) => {
        desk.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > largestForm) throw new Error("form too large");
  }
  return body;
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" ?>\n';

function xmlException({ exception, errorcode, message }: MoodleException): string {
  return `${xmlHead}<EXCEPTION class="${exception}">\n<ERRORCODE>${errorcode}</ERRORCODE>\n<MESSAGE>${message}</MESSAGE>\n</EXCEPTION>\n`;
}
