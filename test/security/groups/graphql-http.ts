/**
 * The audits of GraphQL over HTTP that the working group publishes (graphql-http, serverAudits), against a running gateway. They
 * ask for __typename and the like, so introspection is on, as in the demonstration; every caller has a token.
 */
import { serverAudits } from "graphql-http";
import { doorWorld } from "../door-world";
import type { Row, SecurityGroup } from "../group";

/** What may differ, and why. Anything else that is not "ok" is missed; so is one of these that has become "ok". */
const exceptions: Readonly<Record<string, string>> = {
  "572B": "Apollo Server answers 400 for what cannot be parsed, whatever is accepted: a mistake of the asker is no success.",
  FDE2: "The same for what does not fit the graph.",
  "7B9B": "The same for variables of another type.",
  "5A70": "GET is refused: an operation stands in no address, no log of addresses and no link of another site.",
  D6D5: "GET is refused.",
  "6A70": "GET is refused.",
};
const must = 13;

export const group: SecurityGroup = {
  what: "the gateway speaks GraphQL over HTTP as its specification says: every MUST, and SHOULD and MAY but for what is listed",
  async run({ note }) {
    const doors = await doorWorld();
    try {
      const { url } = await doors.open();
      const authorization = `Bearer ${await doors.world.token({ as: "self", staff: doors.cast.doctor })}`;
      const fetchFn = (address: string, init: RequestInit = {}) =>
        fetch(address, { ...init, headers: { ...(init.headers as object), authorization } });
      const rows = new Map<string, { tried: number; missed: number; excepted: number; examples: string[] }>();
      for (const audit of serverAudits({ url, fetchFn })) {
        const result = await audit.fn();
        const level = /^(MUST|SHOULD|MAY)/.exec(audit.name)?.[1] ?? "other";
        const row = rows.get(level) ?? { tried: 0, missed: 0, excepted: 0, examples: [] };
        rows.set(level, row);
        row.tried += 1;
        const differs = result.status !== "ok";
        if (differs && level !== "MUST" && audit.id in exceptions) row.excepted += 1;
        else if (differs || audit.id in exceptions) {
          row.missed += 1;
          row.examples.push(`${audit.id} ${audit.name}: ${"reason" in result ? result.reason : result.status}`);
        }
      }
      for (const [level, { tried, excepted }] of rows) note(`${level}: ${tried}, of which ${excepted} differ for a listed reason`);
      return [...rows].map(([level, { tried, missed, excepted, examples }]): Row => {
        const tooFew = level === "MUST" && tried !== must ? 1 : 0;
        return {
          check: `${level}${excepted > 0 ? ` (${excepted} differ, with reasons)` : ""}`,
          tried,
          refused: 0,
          leaked: 0,
          missed: missed + tooFew,
          examples,
        };
      });
    } finally {
      await doors.close();
    }
  },
};
