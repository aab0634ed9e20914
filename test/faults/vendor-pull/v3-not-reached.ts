/** V3: nobody is there, nobody has that name, or somebody answers who cannot prove to be the vendor. Never read unverified. */

import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { selfSigned } from "../../../connectors/kit/fixtures/self-signed";
import type { Arena, Fault, Outcome } from "../fault";
import { certificates } from "../kit/certificates";
import { type Relay, startProxy } from "../kit/proxy";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V3",
  shortSeeds: 6,
  run: (arena) => pick(arena, [refused, unknownName, badCertificate, badCertificate])(arena),
};

async function refused(arena: Arena): Promise<Outcome> {
  let relay: Relay | undefined;
  const vendor = await openVendor(arena, {
    async through(url) {
      relay = await startProxy({ port: Number(new URL(url).port) });
      arena.after(() => relay?.close());
      return relay.through(url);
    },
  });
  if (arena.random() < 0.5) await vendor.beforehand();
  await relay!.refuse();
  const { error } = await vendor.failsWith("UNREACHABLE");
  if (error?.class !== "transient") throw new Error(`of class ${error?.class}`);
  await vendor.nothingGone();
  await relay!.listen();
  return vendor.recover();
}

async function unknownName(arena: Arena): Promise<Outcome> {
  const vendor = await openVendor(arena);
  if (arena.random() < 0.5) await vendor.beforehand();
  // .invalid is nobody's, for ever.
  await vendor.moveTo(`https://vendor-${arena.seed}.lanyard.invalid${new URL(vendor.url).pathname}`);
  const { error } = await vendor.failsWith("UNREACHABLE", "TIMED_OUT");
  if (error?.class !== "transient") throw new Error(`of class ${error?.class}`);
  await vendor.nothingGone();
  await vendor.moveTo(vendor.url);
  return vendor.recover();
}

/** The simulated vendor behind a TLS server of ours, whose certificate is the fault. */
async function badCertificate(arena: Arena): Promise<Outcome> {
  let heard = 0;
  let begun = 0;
  const target = { port: 0 };
  const sockets = new Set<TLSSocket>();
  const front = createTlsServer({ key: certificates.key, cert: certificates.right }, (socket) => {
    sockets.add(socket);
    const onward = connect(target.port, "127.0.0.1");
    socket.on("data", (bytes) => {
      heard += bytes.length;
    });
    socket.pipe(onward).pipe(socket);
    for (const one of [socket, onward]) one.on("error", () => one.destroy());
  });
  front.on("connection", () => {
    begun += 1;
  });
  front.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  arena.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => front.close(resolve));
  });
  const { port } = front.address() as AddressInfo;
  // The other vendors write links and addressees of tokens that begin with http.
  const vendor = await openVendor(arena, {
    of: ["moodle"],
    certificateAuthorities: [certificates.authority],
    through(url) {
      target.port = Number(new URL(url).port);
      return `https://localhost:${port}`;
    },
  });
  if (arena.random() < 0.5) await vendor.beforehand();
  const which = pick(arena, ["expired", "early", "otherHost", "selfSigned"] as const);
  arena.note(`certificate: ${which}`);
  front.setSecureContext(which === "selfSigned" ? selfSigned : { key: certificates.key, cert: certificates[which] });
  for (const socket of sockets) socket.destroy();
  const [heardBefore, begunBefore] = [heard, begun];
  const { error } = await vendor.failsWith("TLS_FAILED");
  if (error?.class !== "auth") throw new Error(`of class ${error?.class}`);
  if (heard !== heardBefore) throw new Error("something was sent to whoever that was");
  if (begun - begunBefore !== 1) throw new Error(`${begun - begunBefore} attempts: a bad certificate is no matter of trying again`);
  await vendor.nothingGone();
  front.setSecureContext({ key: certificates.key, cert: certificates.right });
  return vendor.recover();
}
