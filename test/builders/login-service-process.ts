/**
 * A real OpenID provider as a process of a test's own: `login-service-process.ts <port> <algorithm>`. Whoever comes to its page is
 * signed in as the account of the header x-test-account (JSON: the id, and the claims of the ID token). POST /test/rotate adds a key
 * that signs from then on; POST /test/drop takes the older ones out; GET /test/asked says how often its keys were asked for.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, type JWK } from "jose";

const [port, algorithm = "RS256"] = process.argv.slice(2) as [string, string?];
const issuer = `http://127.0.0.1:${port}`;
const accounts = new Map<string, Record<string, unknown>>();
const claims = ["sub", "nhsid_useruid", "vot", "identity_proofing_level", "authentication_assurance_level", "role", "org", "person", "act"];
const cookieKeys = [randomBytes(16).toString("hex")];

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(6).toString("hex"), alg: algorithm, use: "sig" };
}

let keys: JWK[] = [];
let asked = 0;
let provider: any;

async function compose(): Promise<void> {
  const { default: Provider } = await import("oidc-provider");
  provider = new Provider(issuer, {
    jwks: { keys },
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    clients: ["lanyard", "app-at-login"].map((client_id) => ({
      client_id,
      client_secret: "test-secret",
      redirect_uris: ["http://127.0.0.1/callback"],
      id_token_signed_response_alg: algorithm,
      token_endpoint_auth_method: "client_secret_post",
    })),
    cookies: { keys: cookieKeys },
    conformIdTokenClaims: false,
    claims: { openid: claims },
    acrValues: ["AAL2_OR_AAL3_ANY", "AAL3_ANY"],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ ...accounts.get(accountId), sub: accountId }) }),
    ttl: { IdToken: 600, AccessToken: 600, Session: 600, Interaction: 600, Grant: 600, AuthorizationCode: 60 },
  });
  callback = provider.callback();
}
let callback: (request: IncomingMessage, response: ServerResponse) => void;

async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    const { id, acr, ...more } = JSON.parse(String(request.headers["x-test-account"]));
    accounts.set(id, more);
    return provider.interactionFinished(request, response, { login: { accountId: id, ...(acr ? { acr } : {}) } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope("openid");
  const result = { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function main(): Promise<void> {
  keys = [await newKey()];
  await compose();
  const server = createServer((request, response) => {
    const path = request.url!.split("?")[0]!;
    const done = (value: unknown) => response.end(JSON.stringify(value));
    if (path === "/test/asked") return done({ asked });
    if (path === "/test/rotate")
      return void newKey().then(async (key) => done({ keys: (keys = [key, ...keys]).length, it: await compose() }));
    if (path === "/test/drop") return void (async () => done({ keys: (keys = keys.slice(0, 1)).length, it: await compose() }))();
    if (path.startsWith("/interaction/"))
      return void interact(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
    if (path === "/jwks") asked += 1;
    callback(request, response);
  });
  server.listen(Number(port), "127.0.0.1", () => process.stdout.write(`${JSON.stringify({ ready: true, issuer })}\n`));
}

void main();
