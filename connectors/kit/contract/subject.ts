/** A connector and its settings as a subject of the contract: the world it reads through is made anew for every reading. */
import { generateKeyPairSync } from "node:crypto";
import { HubError } from "../../../platform/errors";
import type { AnyConnector, Claim, Http, SecretReference, SourceSystem, StaffToAsk } from "../../connector";
import type { Opened, Opening, Subject } from "./contract";

export interface SubjectInput {
  readonly name: string;
  readonly connector: AnyConnector;
  /** As in lanyard.yaml. */
  readonly settings: unknown;
  readonly organisations: Subject["organisations"];
  readonly staff?: readonly StaffToAsk[];
  readonly now: () => string;
  readonly secret: (reference: SecretReference) => Promise<string>;
  readonly resolvePath?: (path: string) => string;
  readonly http: (hosts: readonly string[], signal: AbortSignal) => Http & { close?(): Promise<void> };
  readonly factsProblem: Subject["factsProblem"];
  readonly sample?: unknown;
  readonly fresh?: Subject["fresh"];
}

const wrongSecret = "this-secret-is-wrong";

/** A pair of keys is a secret as well: a wrong one has to be a key, or the request never leaves. */
const isKey = (secret: string) => secret.includes("PRIVATE KEY");

export function subjectOf(input: SubjectInput): Subject {
  const { connector } = input;
  const parsed = connector.settings.safeParse(input.settings);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      detail: { pointer: `/settings/${issue!.path.join("/")}`, expected: issue!.message, got: "something else" },
    });
  }
  const settings = parsed.data as unknown;

  function open(how: Opening = {}): Opened {
    const end = new AbortController();
    const signal = how.signal ?? end.signal;
    const used = how.settings === undefined ? settings : (connector.settings.parse(how.settings) as unknown);
    const http = input.http(connector.hosts(used), signal);
    const reported: string[] = [];
    const secrets: string[] = [];
    const source: SourceSystem<unknown> = {
      connectionId: "contract-test",
      organisations: input.organisations,
      settings: used,
      http: how.around ? how.around(http) : http,
      signal,
      now: input.now,
      async secret(reference) {
        const secret = await input.secret(reference);
        if (!secrets.includes(secret)) secrets.push(secret);
        if (!how.wrongSecrets) return secret;
        return isKey(secret) ? anotherKey() : wrongSecret;
      },
      resolvePath: input.resolvePath ?? ((path) => path),
      async *staff(after) {
        for (const one of input.staff ?? []) if (after === undefined || one.staffKey > after) yield one;
      },
      offer: async (staffKey, candidates) => {
        const wanted = input.staff?.find((one) => one.staffKey === staffKey);
        return wanted ? candidates.filter((claim) => sameStaff(wanted, claim)).map(({ personKey }) => personKey) : [];
      },
      identicalPage: async () => undefined,
      report: ({ code }) => void reported.push(code),
    };
    return {
      source,
      reported,
      secrets,
      async close() {
        end.abort();
        await http.close?.();
      },
    };
  }

  return {
    name: input.name,
    connector,
    settings,
    organisations: input.organisations,
    staff: input.staff ?? [],
    open,
    sample: input.sample,
    fresh: input.fresh,
    factsProblem: input.factsProblem,
    now: input.now,
  };
}

/** Test people are agreed upon with the vendor: name and day of birth are enough, and nothing is bound to anybody. */
function sameStaff(wanted: StaffToAsk, claim: Claim): boolean {
  const folded = (text: string | undefined) =>
    (text ?? "")
      .normalize("NFD")
      .replace(/[^a-z]/gi, "")
      .toLowerCase();
  return claim.birthDate === wanted.birthDate && folded(claim.familyName) === folded(wanted.family);
}

function anotherKey(): string {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
}
