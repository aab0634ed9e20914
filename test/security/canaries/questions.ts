/** What those are shown and told who may see nobody, and questions whose words must not come back in any log. */
import type { CanaryHub } from "./hub";
import type { Place } from "./trouble";

export async function ask(hub: CanaryHub, token: string, query: string, variables: Record<string, unknown> = {}): Promise<string> {
  const response = await fetch(`${hub.origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return `${response.status} ${JSON.stringify(Object.fromEntries(response.headers))} ${await response.text()}`;
}

const byNumber =
  'query ($v: String!) { staffMemberByIdentifier(scheme: NI_NUMBER, value: $v, organisation: "ZQA") { id name { given family } } }';
const everything =
  '{ staffMembers(organisation: "ZQA") { edges { node { id name { family } } } } me { id } operations { connectedSystems { id problems { say } } } }';

export async function questions(hub: CanaryHub, hatch: () => string, canaries: readonly string[]): Promise<Place[]> {
  const places: Place[] = [];
  const token = async (...args: string[]) => {
    const { text } = await hub.lanyard("token", "--json", ...args);
    return (JSON.parse(text.slice(text.indexOf("{"))) as { token: string }).token;
  };
  const numbers = canaries.filter((one) => /^[A-Z]{2}\d{6}[A-Z]$/.test(one)).slice(0, 20);
  for (const [who, bearer] of [
    ["the ESR team", await token("--as", "ops")],
    ["a trust's administrator", await token("--as", "trust-admin", "--organisation", "ZQA")],
    ["nobody", ""],
  ] as const) {
    for (const v of numbers) places.push({ name: `answer to ${who}`, text: await ask(hub, bearer, byNumber, { v }) });
    places.push({ name: `answer to ${who}`, text: await ask(hub, bearer, everything) });
  }
  // The asker knows these words already: it is the hub's own logs that must not repeat them.
  const asHr = await token("--as", "hr", "--organisation", "ZQB");
  await ask(hub, asHr, "query ($v: ID!) { staffMember(id: $v) { id } }", { v: hatch() });
  await ask(hub, asHr, byNumber, { v: hatch() });
  await ask(hub, asHr, `{ staffMember(id: "${hatch()}") { nothing${hatch().slice(0, -1)} } }`);
  await ask(hub, hatch().slice(0, -1), "{ me { id } }");
  for (const address of [
    `/console/rows?of=${encodeURIComponent(hatch())}`,
    `/${encodeURIComponent(hatch())}?name=${encodeURIComponent(hatch())}`,
  ])
    await (await fetch(`${hub.origin}${address}`)).text();
  return places;
}

const mostPages = 120;

/** Every page that the ESR team reaches by links. */
export async function pagesOf(hub: CanaryHub, operator: string): Promise<Place[]> {
  const found: Place[] = [];
  const jar = new Map<string, string>();
  const send = async (address: string, form?: URLSearchParams) => {
    const response = await fetch(`${hub.origin}${address}`, {
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "), origin: hub.origin },
      redirect: "manual",
      ...(form ? { method: "POST", body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const at = pair!.indexOf("=");
      jar.set(pair!.slice(0, at), pair!.slice(at + 1));
    }
    return { status: response.status, text: await response.text() };
  };
  const { text: form } = await send("/console/sign-in");
  const action = /<form[^>]*action="([^"]+)"/.exec(form)?.[1] ?? "/console/sign-in";
  const fields = new URLSearchParams();
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) fields.set(name!, value!);
  fields.set("operator", operator);
  await send(action, fields);
  const waiting = ["/console"];
  const seen = new Set(waiting);
  for (let address = waiting.shift(); address !== undefined && found.length < mostPages; address = waiting.shift()) {
    const { text } = await send(address);
    found.push({ name: `page ${address}`, text });
    for (const [, link] of text.matchAll(/href="(\/console[^"#]*)"/g)) {
      const plain = link!.replaceAll("&amp;", "&");
      if (seen.has(plain) || /sign-out|assets/.test(plain)) continue;
      seen.add(plain);
      waiting.push(plain);
    }
  }
  if (found.length < 10) throw new Error(`only ${found.length} pages were found: the operator could not sign in`);
  return found;
}

const asked = [
  ...["status", "problems", "doctor"].flatMap((name) => [[name], [name, "--json"]]),
  ...["held", "replay", "drift", "esr", "codes"].map((name) => [name, "list", "--json"]),
  ["keys", "list", "zqc-tidewater", "--json"],
  ["courses", "list", "--organisation", "ZQA", "--json"],
];

export async function commandsOf(hub: CanaryHub): Promise<Place[]> {
  const places: Place[] = [];
  for (const args of asked) places.push({ name: `lanyard ${args.join(" ")}`, text: (await hub.lanyard(...args)).text });
  return places;
}
