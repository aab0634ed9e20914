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
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  reserved.addSubnet(net, bits, "ipv4");
// Within the only range that is given to public services: what leads on to an IPv4 address, and what is for documents.
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  reserved.addSubnet(net, bits, "ipv6");
const publicSix = new BlockList();
publicSix.addSubnet("2000::", 3, "ipv6");

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

/** Where an IPv6 address carries an IPv4 one: mapped, compatible, translated, NAT64, 6to4. */
const carried = [
  /^::(?:ffff:(?:0:)?)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/,
  /^64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/,
  /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/,
];

/** Canonical, so that no spelling of an address is another address; ::ffff:127.0.0.1 is 127.0.0.1 in disguise. */
function plain(address: string): Address {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(bare) === 4) return { address: bare, family: "ipv4" };
  let canonical = bare;
  try {
    canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  } catch {}
  for (const pattern of carried) {
    const parts = pattern.exec(canonical);
    if (!parts) continue;
    const high = Number.parseInt(parts[1]!, 16);
    const low = Number.parseInt(parts[2]!, 16);
    const inner = `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
    // Only the mapped form is the same as the IPv4 address; the others are a detour that no vendor's service takes.
    if (pattern === carried[0] && canonical.startsWith("::ffff:") && !canonical.startsWith("::ffff:0:"))
      return { address: inner, family: "ipv4" };
    if (never.check(inner, "ipv4") || loopback.check(inner, "ipv4")) return { address: inner, family: "ipv4" };
  }
  return { address: canonical, family: "ipv6" };
}

export interface HostGuardOptions {
  /** `host`, `host:port`, an address, or a subnet (`10.20.0.0/16`) that names may resolve to. */
  readonly allowedHosts: readonly string[];
  /** Demonstration and tests: http, and loopback addresses. */
  readonly insecureLoopback: boolean;
  /** http to every allowed host, because this installation's configuration says so (never in production). */
  readonly plainHttp?: boolean;
  /** Instead of the system's resolver: for tests. */
  readonly resolve?: Resolve;
}

/** All addresses of a name. */
export type Resolve = (hostname: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;
const systemResolve: Resolve = (hostname, done) => dnsLookup(hostname, { all: true, verbatim: true }, done);

export interface HostGuard {
  /** Throws FOREIGN_HOST unless the address may be called; answers with the parsed address. */
  check(url: string, base?: URL): URL;
  /** The same for what is no address of HTTP (SFTP): a host of the list, and no private one that is not listed. */
  checkHost(host: string, port: number): void;
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
    if (isIP(address) === 0) return false;
    const isPublic = !reserved.check(address, family) && (family === "ipv4" || publicSix.check(address, "ipv6"));
    return isPublic || listed.check(address, family);
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
    checkHost(host, port) {
      const hostname = host.toLowerCase().replace(/\.$/, "");
      if (!hosts.has(hostname) && !hosts.has(`${hostname}:${port}`)) throw refuse(host, "not on the list");
      // A number that is no address in four parts would become one on its way to the network.
      if (isIP(hostname) === 0 && /^(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*$/.test(hostname)) throw refuse(host, "not an address");
      if (isIP(hostname) !== 0 && !mayConnect(hostname)) throw refuse(host, "private address");
    },
    lookup: (hostname, lookupOptions, callback) => {
      (options.resolve ?? systemResolve)(hostname, (error, addresses) => {
        if (error) return callback(error, "", 4);
        // Closed on doubt: one private address among several is enough to refuse the name.
        if (addresses.length === 0 || addresses.some((one) => !mayConnect(one.address))) {
          return callback(Object.assign(new Error("refused address"), { code: "LANYARD_PRIVATE_ADDRESS" }), "", 4);
        }
        if (lookupOptions.all) return callback(null, [...addresses]);
        const wanted = addresses.find((one) => !lookupOptions.family || one.family === lookupOptions.family) ?? addresses[0]!;
        callback(null, wanted.address, wanted.family);
      });
    },
  };
}
