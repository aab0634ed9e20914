/** Who may come in, where the connector goes, and what it keeps of a secret. */
import { isHubError } from "../../../../platform/errors";
import { type Check, fail, nameOf, pass, skip } from "../contract";
import { readAll, watched } from "../reading";

export const access: readonly Check[] = [
  {
    id: "auth-accepted",
    level: "must",
    owes: "The given credentials open what is to be read, and a whole reading comes to its end.",
    cure: "Vendor or trust: check the credentials and the rights of the account; npx lanyard doctor tells more.",
    async run({ baseline }) {
      const { pages, reported } = await baseline();
      if (reported.length > 0) return fail(`read, but reported ${[...new Set(reported)].join(", ")}`);
      return pages.length > 0 ? pass : fail("not one page");
    },
  },
  {
    id: "auth-refused",
    level: "must",
    owes: "A wrong secret is refused as such: not with an empty list, not with somebody else's page.",
    cure: "Vendor: answer 401 (or the protocol's own error) to credentials that are not valid.",
    async run({ subject, baseline }) {
      if ((await baseline()).secrets.length === 0) return skip("the connection has no secret");
      const { error, pages } = await readAll(subject, subject.open({ wrongSecrets: true }));
      if (error === undefined) return fail(`a wrong secret read ${pages.length} pages`);
      return isHubError(error) && ["auth", "settings"].includes(error.class)
        ? pass
        : fail(`refused as ${nameOf(error)}, which does not say that the credentials are wrong`);
    },
  },
  {
    id: "secrets-stay",
    level: "must",
    owes: "No secret stands in a checkpoint, a record or a report.",
    cure: "Whoever keeps the connector: secrets go into a request's header or body and nowhere else.",
    async run({ baseline }) {
      const { secrets, pages, records, reported } = await baseline();
      // A word of a few letters may stand anywhere.
      const long = secrets.filter((secret) => secret.length >= 8);
      if (long.length === 0) return skip("the connection has no secret");
      const written = JSON.stringify([pages.map(({ checkpoint, digest, file }) => [checkpoint, digest, file]), records, reported]);
      return long.some((secret) => written.includes(JSON.stringify(secret).slice(1, -1))) ? fail("a secret was written down") : pass;
    },
  },
  {
    id: "own-hosts",
    level: "must",
    owes: "Nothing is asked of a host that the connection's settings do not name.",
    cure: "Whoever keeps the connector: follow links on the connection's own host only, and list every host in `hosts`.",
    async run({ subject }) {
      const own = subject.connector.hosts(subject.settings);
      const seen = watched();
      const { error } = await readAll(subject, subject.open({ around: seen.around }), { pages: 50 });
      if (error) throw error;
      if (seen.requests.length === 0) return skip("it reads files");
      const foreign = seen.requests.map((url) => new URL(url)).find(({ host, hostname }) => !own.includes(host) && !own.includes(hostname));
      return foreign ? fail("a host was asked that the settings do not name") : pass;
    },
  },
];
