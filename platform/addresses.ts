import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { HubError } from "./errors";

/** Addresses that belong to nobody's public service: a name that points there is an attack or a mistake. */
const reserved = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  reserved.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["100::", 64],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  reserved.addSubnet(net, bits, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Metadata services of clouds answer here: never reachable, not even when somebody lists them. */
const never = new BlockList();
never.addSubnet("169.254.0.0", 16, "ipv4");
never.addSubnet("fe80::", 10, "ipv6");
never.addAddress("fd00:ec2::254", "ipv6");

interface Address {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
}

/** ::ffff:127.0.0.1 and ::ffff:7f00:1 are 127.0.0.1 in disguise. */
function plain(address: string): Address {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(bare) === 4) return { address: bare, family: "ipv4" };
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (dotted) return { address: dotted[1]!, family: "ipv4" };
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(bare);
  if (hex) {
    const high = Number.parseInt(hex[1]!, 16);
    const low = Number.parseInt(hex[2]!, 16);
    return { address: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, family: "ipv4" };
  }
  return { address: bare, family: "ipv6" };
}

export interface HostGuardOptions {
  /** `host`, `host:port`, an address, or a subnet (`10.20.0.0/16`) that names may resolve to. */
  readonly allowedHosts: readonly string[];
  /** Demonstration and tests: http, and loopback addresses. */
  readonly insecureLoopback: boolean;
  /** http to every allowed host, because this installation's configuration says so (never in production). */
  readonly plainHttp?: boolean;
}

export interface HostGuard {
  /** Throws FOREIGN_HOST unless the address may be called; answers with the parsed address. */
  check(url: string, base?: URL): URL;
  /** Resolves once, checks every address and connects to what was checked: a second resolution could differ. */
  readonly lookup: LookupFunction;
}

/** The host as an allow-list writes it: with its port unless that is the scheme's own. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

export function hostGuard(options: HostGuardOptions): HostGuard {
  const hosts = new Set<string>();
  const listed = new BlockList();
  for (const entry of options.allowedHosts) {
    const lower = entry.trim().toLowerCase().replace(/\.$/, "");
    const subnet = /^(.+)\/(\d+)$/.exec(lower);
    if (subnet) listed.addSubnet(subnet[1]!, Number(subnet[2]), isIP(subnet[1]!) === 6 ? "ipv6" : "ipv4");
    else {
      hosts.add(lower);
      const bare = lower.startsWith("[") ? lower.slice(1, lower.indexOf("]")) : lower.replace(/:\d+$/, "");
      const candidate = isIP(lower) === 6 ? lower : bare;
      if (isIP(candidate)) listed.addAddress(candidate, isIP(candidate) === 6 ? "ipv6" : "ipv4");
    }
  }
  const refuse = (host: string, why: string): HubError => new HubError({ code: "FOREIGN_HOST", class: "settings", detail: { host, why } });

  function mayConnect(raw: string): boolean {
    const { address, family } = plain(raw);
    if (never.check(address, family)) return false;
    if (loopback.check(address, family)) return options.insecureLoopback;
    return !reserved.check(address, family) || listed.check(address, family);
  }

  return {
    check(text, base) {
      let url: URL;
      try {
        url = new URL(text, base);
      } catch {
        throw refuse("?", "not an address");
      }
      const hostname = url.hostname.toLowerCase().replace(/\.$/, "");
      const port = url.port || (url.protocol === "http:" ? "80" : "443");
      if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse(hostname || "?", "neither https nor http");
      if (url.username || url.password) throw refuse(hostname, "credentials in the address");
      const named = hosts.has(`${hostname}:${port}`) || (url.port === "" && hosts.has(hostname));
      if (!named) throw refuse(url.host, "not on the list");
      const literal = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
      if (literal && !mayConnect(hostname)) throw refuse(url.host, "private address");
      if (url.protocol === "http:" && !options.plainHttp) {
        const { address, family } = plain(hostname);
        const local = hostname === "localhost" || (literal && loopback.check(address, family));
        if (!local || !options.insecureLoopback) throw refuse(url.host, "https only");
      }
      return url;
    },
    lookup: (hostname, lookupOptions, callback) => {
      dnsLookup(hostname, { all: true, verbatim: true }, (error, addresses: LookupAddress[]) => {
        if (error) return callback(error, "", 4);
        // Closed on doubt: one private address among several is enough to refuse the name.
        if (addresses.length === 0 || addresses.some((one) => !mayConnect(one.address))) {
          return callback(Object.assign(new Error("refused address"), { code: "LANYARD_PRIVATE_ADDRESS" }), "", 4);
        }
        if (lookupOptions.all) return callback(null, addresses);
        const wanted = addresses.find((one) => !lookupOptions.family || one.family === lookupOptions.family) ?? addresses[0]!;
        callback(null, wanted.address, wanted.family);
      });
    },
  };
}
