/** A learning record store of ours, with what it can be made to do. */
import { xapi } from "../../../connectors/xapi/connector";
import { type Statement, startXapi } from "../../../sandbox/xapi/server";
import { clock, type Kept } from "./made";

const password = "lanyard-secret-0123456789";
const homePage = "https://esr.zqa.example";
const idOf = (n: number) => `5d0c3f6e-1f0e-4d52-9d6b-${String(n).padStart(12, "0")}`;
const statement = (n: number): Statement => ({
  id: idOf(n),
  actor: { objectType: "Agent", account: { homePage, name: String(20_100_000 + n) }, name: "Test O'Donnell-Pryce" },
  verb: { id: "http://adlnet.gov/expapi/verbs/completed" },
  object: {
    id: "https://lms.zqa.example/course/NHS%7CCSTF%7CFire%20Safety%20-%202%20Years%7C",
    definition: { name: { "en-GB": "Fire safety" } },
  },
  result: { completion: true },
  timestamp: "2026-10-05T09:11:58+01:00",
});
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000).toISOString();

export const xapiKept: Kept = {
  connector: xapi,
  kind: "lms",
  usually: 47,
  async start(records) {
    const size = Math.ceil(records / 2);
    const store = await startXapi({
      clock,
      auth: { username: "lanyard", password },
      limitCap: 500,
      // A finished course whose code names its competence gives two records; the newest three share an instant.
      statements: Array.from({ length: size }, (_, n) => ({ ...statement(n), stored: minutesAgo(Math.max(60, 60 + (size - 3 - n))) })),
    });
    const known = async (n: number) => `${idOf(n)}`;
    return {
      settings: {
        baseUrl: store.url,
        auth: { kind: "basic", username: "lanyard", password: { env: "LRS" } },
        staffHomePage: homePage,
        pageSize: records > 1000 ? 500 : 5,
      },
      secrets: { LRS: password },
      records: size * 2,
      vendor: {
        addAtNewestInstant: async () => {
          store.control.put(statement(90_001), minutesAgo(60));
          return known(90_001);
        },
        addLate: async () => {
          store.control.put(statement(90_002), minutesAgo(65));
          return known(90_002);
        },
        remove: async () => {
          store.control.void(idOf(3));
          return known(3);
        },
      },
      close: store.close,
    };
  },
};
