/** The console over HTTP: one handler, mounted at /console. It asks the graph as whoever is signed in, and never the store. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { Principal } from "../access/principal";
import { type Clock, today } from "../platform/clock";
import type { Assets } from "./assets";
import { errorPage } from "./error-pages";
import { type Frame, renderPage } from "./layout";
import { type Answer, type Ask, type May, type Page, Refusal } from "./page";
import { routes } from "./routes";
import type { Operator, Session, Sessions } from "./session";
import { signInNotConfigured, signInPage } from "./sign-in";
import { base, safeNext, urls } from "./urls";

export interface ConsoleSettings {
  readonly assets: Assets;
  readonly clock: Clock;
  readonly ask: Ask;
  readonly may: (principal: Principal, ...asked: Parameters<May>) => boolean;
  /** The only way in: undefined where no sign-in is configured, and then there is no console. */
  readonly signIn: { readonly sessions: Sessions; readonly operators: readonly Operator[] } | undefined;
  readonly demonstration: boolean;
  /** Names by which the console may be called, beside this machine's own: a name that somebody else's page lets point here is none. */
  readonly hosts: readonly string[];
  readonly log: {
    error(fields: { readonly [name: string]: string | number | boolean | undefined }, message: string, error?: unknown): void;
  };
}

/** Longest form, in bytes. */
const maximumFormBytes = 10_000;
const longestAddress = 2_000;

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not "no-referrer": with it a browser sends "Origin: null" with its own forms.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export function consoleHandler(settings: ConsoleSettings): Handler {
  const { assets, clock, signIn, demonstration, log } = settings;

  function hostAllowed(request: IncomingMessage): boolean {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
    return host === "localhost" || isIP(host) !== 0 || settings.hosts.includes(host);
  }

  /** Only our own pages send forms here: a browser tells where a form stood. */
  function fromHere(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    if (!origin || !host) return false;
    try {
      return new URL(origin).host === host;
    } catch {
      return false;
    }
  }

  function send(request: IncomingMessage, response: ServerResponse, page: Page, session: Session | undefined, extra = {}): void {
    const frame: Frame = {
      assets,
      path: (request.url ?? base).split("?")[0]!,
      demonstration,
      signedIn: session && signIn ? { operator: session.operator, csrf: signIn.sessions.token(session) } : undefined,
    };
    const text = renderPage(page, frame);
    response.writeHead(page.status ?? 200, {
      ...headers,
      "cache-control": "no-store",
      "content-type": "text/html; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      ...extra,
    });
    response.end(request.method === "HEAD" ? undefined : text);
  }

  function redirect(response: ServerResponse, to: string, extra = {}): void {
    response.writeHead(303, { ...headers, "cache-control": "no-store", location: to, "content-length": 0, ...extra }).end();
  }

  function sendAsset(request: IncomingMessage, response: ServerResponse, name: string): void {
    const asset = assets.files.get(name);
    if (!asset) throw new Refusal(404);
    response.writeHead(200, {
      ...headers,
      // Its name changes with its content.
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": asset.type,
      "content-length": asset.body.length,
    });
    response.end(request.method === "HEAD" ? undefined : asset.body);
  }

  async function sign(request: IncomingMessage, response: ServerResponse, url: URL, form: URLSearchParams): Promise<void> {
    const { sessions, operators } = signIn!;
    const { cookie } = request.headers;
    if (request.method === "POST") {
      if (!sessions.isVisitorToken(cookie, form.get("csrf") ?? undefined)) throw new Refusal(403);
      const operator = operators.find(({ name }) => name === form.get("operator"));
      if (!operator) throw new Refusal(400);
      redirect(response, safeNext(form.get("next")), { "set-cookie": await sessions.start(operator) });
      return;
    }
    const { token, setCookie } = sessions.visitor(cookie);
    const page = signInPage(operators, token, safeNext(url.searchParams.get("next")));
    send(request, response, page, undefined, setCookie ? { "set-cookie": setCookie } : {});
  }

  async function respond(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (!signIn) return send(request, response, signInNotConfigured(), undefined);
    const { sessions } = signIn;
    const posted = request.method === "POST";
    if (posted && !fromHere(request)) throw new Refusal(403);
    const form = posted ? await readForm(request) : new URLSearchParams();
    if (url.pathname === urls.signIn()) return sign(request, response, url, form);
    const session = await sessions.read(request.headers.cookie);
    if (!session) return redirect(response, urls.signIn(posted ? undefined : safeNext(`${url.pathname}${url.search}`)));
    try {
      if (posted && !sessions.isToken(session, form.get("csrf") ?? undefined)) throw new Refusal(403);
      if (url.pathname === urls.signOut()) {
        if (!posted) throw new Refusal(405);
        return redirect(response, urls.signIn(), { "set-cookie": sessions.end(session) });
      }
      const answer = await pageOf(request, url, form, session);
      if ("to" in answer) redirect(response, answer.to);
      else send(request, response, answer, session);
    } catch (error) {
      fail(request, response, error, session);
    }
  }

  async function pageOf(request: IncomingMessage, url: URL, form: URLSearchParams, session: Session): Promise<Answer> {
    const method = request.method === "POST" ? "POST" : "GET";
    const fitting = routes.flatMap((route) => {
      const match = route.path.exec(url.pathname);
      return match ? [{ route, parts: match.slice(1).map((part) => decodeURIComponent(part)) }] : [];
    });
    if (fitting.length === 0) throw new Refusal(404);
    const found = fitting.find(({ route }) => route.method === method);
    if (!found) throw new Refusal(405);
    return found.route.page({
      operator: session.operator,
      principal: session.principal,
      query: url.searchParams,
      form,
      parts: found.parts,
      csrf: signIn!.sessions.token(session),
      today: today(clock),
      ask: settings.ask,
      may: (act, organisation) => settings.may(session.principal, act, organisation),
    });
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown, session?: Session): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (!(error instanceof Refusal)) log.error({}, "A page of the console failed", error);
    const status = error instanceof Refusal ? error.status : 500;
    const extra = status === 405 ? { allow: "GET, HEAD, POST" } : status === 413 ? { connection: "close" } : {};
    send(request, response, errorPage(status), session, extra);
  }

  return async (request, response) => {
    const asked = (request.url ?? "/").split("?")[0]!;
    if (asked !== base && !asked.startsWith(`${base}/`)) return false;
    try {
      if (!hostAllowed(request)) throw new Refusal(421);
      if (!["GET", "HEAD", "POST"].includes(request.method ?? "")) throw new Refusal(405);
      if ((request.url ?? "").length > longestAddress) throw new Refusal(400);
      const url = parsed(request.url ?? base);
      const asset = /^\/console\/assets\/([\w.-]+)$/.exec(url.pathname)?.[1];
      if (asset) sendAsset(request, response, asset);
      else await respond(request, response, url);
    } catch (error) {
      fail(request, response, error);
    }
    return true;
  };
}

function parsed(address: string): URL {
  try {
    const url = new URL(address, "http://console");
    decodeURIComponent(url.pathname);
    // One address for each page: a slash at its end is the same page.
    if (url.pathname.length > base.length) url.pathname = url.pathname.replace(/\/+$/, "");
    return url;
  } catch {
    throw new Refusal(400);
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new Refusal(415);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maximumFormBytes) throw new Refusal(413);
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
