/** A real OpenID provider of a test's own, and whoever signs in at it by the authorization code flow. */
import { createHash, randomBytes } from "node:crypto";
import { type RunningProcess, startScript } from "../faults/kit/processes";
import { freePort } from "../faults/kit/redis";

export interface LoginAccount {
  readonly id: string;
  readonly acr?: string;
  readonly [claim: string]: unknown;
}

export interface LoginService {
  readonly issuer: string;
  readonly jwks: string;
  readonly process: RunningProcess;
  /** The whole flow: authorization request, login, consent, code, token. Gives the ID token. */
  signIn(account: LoginAccount, client?: string): Promise<string>;
  rotate(): Promise<void>;
  dropOldKeys(): Promise<void>;
  /** How often its keys have been asked for. */
  asked(): Promise<number>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

const redirect = "http://127.0.0.1/callback";
const longestWay = 10;

export async function startLoginService(algorithm = "RS256"): Promise<LoginService> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const start = async () => {
    const started = startScript("test/builders/login-service-process.ts", [String(port), algorithm]);
    await started.waitFor(/"ready":true/);
    return started;
  };
  let process = await start();
  const post = async (path: string) => void (await (await fetch(issuer + path, { method: "POST" })).text());
  return {
    issuer,
    jwks: `${issuer}/jwks`,
    get process() {
      return process;
    },
    rotate: () => post("/test/rotate"),
    dropOldKeys: () => post("/test/drop"),
    asked: async () => ((await (await fetch(`${issuer}/test/asked`)).json()) as { asked: number }).asked,
    async restart() {
      process = await start();
    },
    async close() {
      await process.kill();
    },
    async signIn(account, client = "lanyard") {
      const verifier = randomBytes(32).toString("base64url");
      const state = randomBytes(8).toString("hex");
      const query = new URLSearchParams({
        client_id: client,
        response_type: "code",
        scope: "openid",
        redirect_uri: redirect,
        state,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...(account.acr ? { acr_values: account.acr } : {}),
      });
      const cookies = new Map<string, string>();
      let at = new URL(`${issuer}/auth?${query}`);
      for (let step = 0; !at.href.startsWith(redirect); step++) {
        if (step > longestWay) throw new Error(`the login leads nowhere: ${at.pathname}`);
        const response = await fetch(at, {
          redirect: "manual",
          headers: {
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
            "x-test-account": JSON.stringify(account),
          },
        });
        for (const cookie of response.headers.getSetCookie()) {
          const [name, value] = cookie.split(";")[0]!.split("=", 2) as [string, string];
          cookies.set(name, value);
        }
        const location = response.headers.get("location");
        if (!location) throw new Error(`the login ended with ${response.status}: ${(await response.text()).slice(0, 300)}`);
        at = new URL(location, at);
      }
      if (at.searchParams.get("state") !== state) throw new Error(`another state: ${at.search}`);
      const answer = await fetch(`${issuer}/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: at.searchParams.get("code")!,
          redirect_uri: redirect,
          client_id: client,
          client_secret: "test-secret",
          code_verifier: verifier,
        }),
      });
      const { id_token } = (await answer.json()) as { id_token?: string };
      if (!id_token) throw new Error(`no token: ${answer.status}`);
      return id_token;
    },
  };
}
