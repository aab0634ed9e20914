/**
 * The real client of the connectors with a resolver that lies as an attacker's would, and real listeners on loopback that must
 * never be reached: as the address itself, as a redirect, as a link to the next page, as a name that leads there.
 */
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { createHttp, type HttpOptions } from "../../../connectors/kit/http";
import { hostGuard, type Resolve } from "../../../platform/addresses";
import { systemClock } from "../../../platform/clock";
import { isHubError } from "../../../platform/errors";
import { forbiddenFour, forbiddenSix, spellingsOf, tricks } from "../corpora/addresses";
import type { Row, SecurityGroup } from "../group";

type Told = "refused" | "sent" | "failed";

class Count {
  tried = 0;
  refused = 0;
  leaked = 0;
  missed = 0;
  readonly examples: string[] = [];
  constructor(readonly check: string) {}
  /** `reached`: a listener heard of it. */
  add(what: string, told: Told, reached: boolean): void {
    this.tried += 1;
    if (reached) {
      this.leaked += 1;
      this.note(`reached: ${what}`);
    } else if (told === "refused") this.refused += 1;
    else {
      this.missed += 1;
      this.note(`${told}: ${what}`);
    }
  }
  note(what: string): void {
    if (this.examples.length < 8) this.examples.push(JSON.stringify(what).slice(0, 160));
  }
  row(): Row {
    const { check, tried, refused, leaked, missed, examples } = this;
    return { check, tried, refused, leaked, missed, examples };
  }
}

async function listening(server: Server | ReturnType<typeof createTcpServer>, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

export const group: SecurityGroup = {
  what: "connectors call the hosts of their list, at addresses that were checked, and nothing else in any spelling",
  async run() {
    let heard = 0;
    const trap = createTcpServer((socket) => {
      heard += 1;
      socket.on("error", () => undefined).destroy();
    });
    const port = await listening(trap);
    const names = new Map<string, readonly { address: string; family: number }[]>();
    const resolve: Resolve = (hostname, done) => {
      const found = names.get(hostname);
      if (found) done(null, found);
      else done(Object.assign(new Error("not found"), { code: "ENOTFOUND" }), []);
    };
    const call = async (url: string, allowedHosts: readonly string[], more: Partial<HttpOptions> = {}): Promise<Told> => {
      const http = createHttp({
        allowedHosts,
        requestsPerSecond: 100_000,
        clock: systemClock,
        sleep: async () => undefined,
        signal: new AbortController().signal,
        insecureLoopback: false,
        resolve,
        limits: { attempts: 1, connectMs: 1_000, headerMs: 1_000, totalMs: 2_000, retriesPerRun: 0 },
        ...more,
      });
      try {
        await http.request({ url, expect: "json" });
        return "sent";
      } catch (error) {
        return isHubError(error) && error.code === "FOREIGN_HOST" ? "refused" : "failed";
      } finally {
        await http.close();
      }
    };
    const tried = async (count: Count, url: string, allowedHosts: readonly string[], more: Partial<HttpOptions> = {}) => {
      const before = heard;
      const told = await call(url, allowedHosts, more);
      count.add(url, told, heard > before);
    };

    const rows: Row[] = [];
    const finish = (count: Count) => rows.push(count.row());

    // 1. In every spelling, on a list that has another host; and on one that somebody was talked into adding it to.
    const spelt = new Count("forbidden addresses in every spelling, not on the list");
    const listed = new Count("metadata and loopback addresses that somebody put on the list");
    for (const [address] of forbiddenFour)
      for (const spelling of spellingsOf(address))
        for (const scheme of ["http", "https"]) await tried(spelt, `${scheme}://${spelling}:${port}/`, ["vendor.example"]);
    for (const [address] of forbiddenSix) await tried(spelt, `https://[${address}]:${port}/`, ["vendor.example"]);
    for (const address of ["127.0.0.1", "127.0.0.2", "169.254.169.254", "169.254.170.2"])
      for (const spelling of spellingsOf(address))
        await tried(listed, `https://${spelling}:${port}/`, [
          spelling,
          `${spelling}:${port}`,
          address,
          `${address}:${port}`,
          `[::ffff:${address}]:${port}`,
        ]);
    finish(spelt);
    finish(listed);

    // 2. Addresses that play with parsers and schemes.
    const parsing = new Count("tricks with user names, schemes, ports, encodings and similar names");
    for (const trick of tricks) await tried(parsing, trick.replaceAll("{port}", String(port)), ["vendor.example"]);
    finish(parsing);

    // 3. A name of the list that leads somewhere else: alone, behind a good address, before one.
    const leads = new Count("a listed name that leads to a forbidden address, alone or among good ones");
    const good = { address: "198.41.0.4", family: 4 };
    for (const [address] of [...forbiddenFour, ...forbiddenSix]) {
      const bad = { address, family: address.includes(":") ? 6 : 4 };
      for (const answers of [[bad], [good, bad], [bad, good]]) {
        names.set("vendor.example", answers);
        await tried(leads, `https://vendor.example:${port}/`, [`vendor.example:${port}`]);
      }
    }
    finish(leads);

    // 4. The name leads to one address when it is checked, and to another a moment later: the checked one is the connected one.
    const rebinding = new Count("a name that changes its address between two answers of the resolver");
    let right = 0;
    const real = createServer((_, response) => {
      right += 1;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    const realPort = await listening(real);
    let wrong = 0;
    const other = createServer((_, response) => {
      wrong += 1;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((done) => other.listen(realPort, "127.0.0.2", done));
    for (const next of ["127.0.0.2", "169.254.169.254", "10.0.0.1", "::ffff:a9fe:a9fe"]) {
      for (let n = 0; n < 10; n += 1) {
        let asked = 0;
        const rebinds: Resolve = (_, done) => {
          asked += 1;
          const address = asked === 1 ? "127.0.0.1" : next;
          done(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
        };
        const before = { right, wrong };
        const told = await call(`http://localhost:${realPort}/${n}`, [`localhost:${realPort}`], {
          insecureLoopback: true,
          resolve: rebinds,
        });
        const asChecked = told === "sent" && right === before.right + 1 && asked === 1;
        rebinding.add(`${next}, ${asked} answers`, asChecked ? "refused" : "failed", wrong > before.wrong);
      }
    }
    finish(rebinding);
    for (const server of [real, other]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }

    // 5. No answer of the resolver, or an empty one: closed.
    const unresolved = new Count("a resolver that fails or says nothing");
    for (const code of ["ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ESERVFAIL"]) {
      const told = await call(`https://vendor.example:${port}/`, [`vendor.example:${port}`], {
        resolve: (_, done) => done(Object.assign(new Error(code), { code }), []),
      });
      unresolved.add(code, told === "sent" ? "sent" : "refused", false);
    }
    for (const nothing of [[], [{ address: "", family: 4 }], [{ address: "vendor.example", family: 4 }]]) {
      const told = await call(`https://vendor.example:${port}/`, [`vendor.example:${port}`], { resolve: (_, done) => done(null, nothing) });
      unresolved.add(JSON.stringify(nothing), told === "sent" ? "sent" : "refused", false);
    }
    finish(unresolved);

    // 6. A vendor of the list that sends us on.
    const moved = new Count("redirects of a listed host, by every status, to every kind of address");
    let location = "";
    let status = 302;
    let followed = 0;
    const vendor = createServer((request, response) => {
      if (request.url !== "/start") followed += 1;
      response.writeHead(request.url === "/start" ? status : 200, { location, "content-type": "application/json" }).end("{}");
    });
    const vendorPort = await listening(vendor);
    const start = `http://127.0.0.1:${vendorPort}/start`;
    const targets = [
      ...tricks.filter((trick) => /^(https?:)?[/\\]*./.test(trick)).map((trick) => trick.replaceAll("{port}", String(port))),
      ...spellingsOf("127.0.0.1").map((spelling) => `http://${spelling}:${port}/`),
      ...spellingsOf("169.254.169.254").map((spelling) => `http://${spelling}/`),
    ].filter((target) => {
      try {
        return new URL(target, start).host !== new URL(start).host && /^[\x20-\x7e]+$/.test(target);
      } catch {
        return /^[\x20-\x7e]+$/.test(target) && target.trim() !== "";
      }
    });
    for (status of [301, 302, 303, 307, 308]) {
      for (location of targets) {
        const before = heard + followed;
        const told = await call(start, [`127.0.0.1:${vendorPort}`], { insecureLoopback: true });
        moved.add(`${status} ${location}`, told, heard + followed > before);
      }
    }
    finish(moved);

    // 7. What is not HTTP (files over SSH) goes through the same guard.
    const sockets = new Count("connections that are not HTTP, to addresses and names");
    const guardOf = (hosts: readonly string[]) => hostGuard({ allowedHosts: hosts, insecureLoopback: false, resolve });
    const four = forbiddenFour.map(([address]) => address);
    for (const host of [
      ...four.flatMap((address) => [address, ...spellingsOf(address).slice(1, 13)]),
      ...forbiddenSix.map(([address]) => address),
    ]) {
      const isName = !/^[0-9a-fx.:]+$/i.test(host);
      for (const hosts of [
        ["files.example"],
        ...(isName ? [] : four.includes(host.replace(/\.$/, "")) && !/^(127|169\.254)\./.test(host) ? [] : [[host]]),
      ]) {
        let told: Told = "sent";
        try {
          guardOf(hosts).checkHost(host, 22);
        } catch {
          told = "refused";
        }
        // A private IPv6 address that this installation lists by itself is its own decision, as with IPv4.
        if (hosts[0] === host && host.includes(":") && told === "sent") continue;
        sockets.add(`${host} with ${hosts[0]}`, told, false);
      }
    }
    names.set("files.example", [{ address: "127.0.0.1", family: 4 }]);
    const http = createHttp({
      allowedHosts: [`files.example:${port}`],
      requestsPerSecond: 100,
      clock: systemClock,
      sleep: async () => undefined,
      signal: new AbortController().signal,
      insecureLoopback: false,
      resolve,
    });
    const before = heard;
    const told = await http.socket!("files.example", port).then(
      (socket) => {
        socket.destroy();
        return "sent" as const;
      },
      () => "refused" as const,
    );
    sockets.add("a listed name that leads to loopback", told, heard > before);
    await http.close();
    finish(sockets);

    // 8. What is on the list and public is called, or nothing of this means anything.
    const allowed = new Count("hosts of the list that must be called");
    for (const [url, hosts] of [
      [`http://127.0.0.1:${vendorPort}/ok`, [`127.0.0.1:${vendorPort}`]],
      [`http://localhost:${vendorPort}/ok`, [`localhost:${vendorPort}`]],
    ] as const) {
      names.set("localhost", [{ address: "127.0.0.1", family: 4 }]);
      const reached: number = followed;
      const answer = await call(url, hosts, { insecureLoopback: true });
      allowed.tried += 1;
      if (answer !== "sent" || followed !== reached + 1) {
        allowed.missed += 1;
        allowed.note(url);
      }
    }
    finish(allowed);

    await new Promise((done) => trap.close(done));
    vendor.closeAllConnections();
    await new Promise((done) => vendor.close(done));
    return rows;
  },
};
