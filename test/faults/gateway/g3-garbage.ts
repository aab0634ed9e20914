import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "../fault";
import { type AskedPart, askedParts, gatewayWorld, mustLackOnly } from "../kit/gateway";

const secret = "relation oh.immunisation of Somebody Real";
interface Garbage {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Buffer;
  /** Announced, and never sent in full. */
  readonly announce?: number;
}
const json = (value: unknown): Garbage => ({ body: JSON.stringify(value) });
/** What stands at a subgraph's address instead of it. */
const garbage: readonly Garbage[] = [
  { type: "text/html", body: `<html><body>${secret}</body></html>` },
  { body: "null" },
  { body: "" },
  json({ data: null }),
  json({ data: { _entities: null } }),
  json({ data: { _entities: [] } }),
  json({ data: { _entities: [null, null] } }),
  json({ data: {} }),
  json([]),
  json("text"),
  json({ data: { _entities: [{ __typename: "StaffMember", learning: "text", checks: "text" }] } }),
  json({ data: { _entities: [{ __typename: "StaffMember", learning: 42, checks: [] }] } }),
  json({ errors: "not a list" }),
  json({ errors: [{ message: secret, path: ["_entities", 0, "learning"] }] }),
  json({ errors: [{ message: secret }], data: null }),
  { status: 500, body: secret },
  { status: 302, body: "" },
  { status: 204, body: "" },
  { body: Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x00]) },
  { body: '{"data":{"_entities":[{"__typename":"StaffMember","lear', announce: 5_000 },
  { body: `{"data":${"[".repeat(50_000)}` },
];

/** Something else answers in a subgraph's place: the part is missing with a safe error, whatever it said. */
export const fault: Fault = {
  id: "G3",
  shortSeeds: 1,
  async run(arena) {
    const part: AskedPart = askedParts[Math.floor(arena.random() * askedParts.length)]!;
    let now: Garbage = garbage[0]!;
    const server = createServer((request, response) => {
      request.resume();
      const { status = 200, type = "application/json", body, announce } = now;
      response.writeHead(status, { "content-type": type, ...(announce ? { "content-length": String(announce) } : {}) });
      if (announce) response.write(body, () => response.destroy());
      else response.end(status === 204 ? undefined : body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    arena.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    const world = await gatewayWorld(arena, { parts: [], addresses: { [part]: url } });
    const order = [...garbage.keys()].sort(() => arena.random() - 0.5);
    for (const n of order) {
      now = garbage[n]!;
      const told = await world.ask().catch((error: Error) => {
        throw new Error(`garbage ${n} for ${part}: ${error.message}`);
      });
      try {
        mustLackOnly(told, [part]);
      } catch (error) {
        throw new Error(`garbage ${n} for ${part}: ${(error as Error).message}`);
      }
      if (told.text.includes("Somebody")) throw new Error(`garbage ${n}: its text came through`);
    }
    return { lost: 0, doubled: 0, uncertain: 0 };
  },
};
