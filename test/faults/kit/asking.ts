/** Somebody with a token of the demonstration's issuer, who asks a running gateway. */
import { request } from "undici";
import { createDevelopmentIssuer, type TokenRequest } from "../../../gateway/development-issuer";
import { systemClock } from "../../../platform/clock";
import type { GatewayWorld } from "./gateway";

export interface Heard {
  readonly status: number;
  readonly text: string;
  readonly json: any;
  readonly ms: number;
}

export async function askerOf(world: GatewayWorld, as: TokenRequest): Promise<(body: unknown) => Promise<Heard>> {
  const issuer = await createDevelopmentIssuer({ folder: world.environment.LANYARD_DATA!, clock: systemClock });
  const token = await issuer.issueToken(as);
  return async (body) => {
    const begun = performance.now();
    const response = await request(`${world.address}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    });
    const text = await response.body.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {}
    return { status: response.statusCode, text, json, ms: performance.now() - begun };
  };
}
