/** The gateway behind the hub's own server, over real HTTP, with a few people in a real database. */
import "reflect-metadata";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TokenRequest } from "../../gateway/development-issuer";
import type { GatewaySettings } from "../../gateway/gateway";
import { applyStrictHeaders } from "../../platform/http";
import setup from "../global-setup";
import teardown from "../global-teardown";
import { type Cast, createWorld, populate, type World } from "../supergraph/world";

export interface DoorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: any;
  readonly ms: number;
}
export interface DoorWorld {
  readonly world: World;
  readonly cast: Cast;
  open(over?: Partial<GatewaySettings>): Promise<OpenDoor>;
  close(): Promise<void>;
}
export interface OpenDoor {
  readonly url: string;
  /** `body` as it is when it is text; else its JSON. */
  post(body: unknown, as?: TokenRequest, headers?: Readonly<Record<string, string>>): Promise<DoorAnswer>;
}

export async function doorWorld(): Promise<DoorWorld> {
  const hadServer = process.env.LANYARD_TEST_DATABASE !== undefined;
  await setup();
  const world = await createWorld();
  const cast = await populate(world);
  const closers: (() => Promise<unknown>)[] = [];
  return {
    world,
    cast,
    async open(over = {}) {
      const gateway = await world.gateway(over);
      const server = createServer((request, response) => {
        applyStrictHeaders(response, true);
        void gateway.handle(request, response).then((taken) => {
          if (!taken) response.writeHead(404).end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closers.push(
        () =>
          new Promise((resolve) => {
            server.closeAllConnections();
            server.close(resolve);
          }),
      );
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
      const tokens = new Map<string, string>();
      return {
        url,
        async post(body, as = { as: "self", staff: cast.doctor }, headers = {}) {
          const key = JSON.stringify(as);
          const token = tokens.get(key) ?? (await world.token(as));
          tokens.set(key, token);
          const begun = performance.now();
          const response = await fetch(url, {
            method: "POST",
            headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
            body: typeof body === "string" ? body : JSON.stringify(body),
          });
          const text = await response.text();
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {}
          return { status: response.status, headers: response.headers, text, json, ms: performance.now() - begun };
        },
      };
    },
    async close() {
      for (const close of closers) await close();
      await world.close();
      await teardown();
      // The next group starts a server of its own.
      if (!hadServer) delete process.env.LANYARD_TEST_DATABASE;
    },
  };
}
