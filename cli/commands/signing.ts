import { rotateTokenKey, rotation } from "../../gateway/oauth/token-keys";
import { mayOperate } from "../compose/acting";
import { configurationOf } from "../compose/configuration";
import { type Foundation, openFoundation } from "../compose/foundation";
import { readEnvironment } from "../environment";
import type { Output } from "../output";
import { table } from "../present/table";

interface SigningOptions {
  readonly config?: string;
  readonly today?: string;
}

async function asOperations<T>(
  options: SigningOptions,
  operation: string,
  why: string | undefined,
  act: (foundation: Foundation, by: string) => Promise<T>,
): Promise<T> {
  const { config, environment } = configurationOf(readEnvironment(options), options.config);
  const foundation = await openFoundation(environment, config);
  try {
    return await act(foundation, await mayOperate(foundation, { act: "rotate-keys", operation, kind: "token-key", why }));
  } finally {
    await foundation.close();
  }
}

/** Keys that sign the hub's own tokens. They change by themselves every month; this is for a day when that is too late. */
export async function signingRotate(
  output: Output,
  options: SigningOptions & { readonly reason: string; readonly atOnce: boolean },
): Promise<undefined> {
  await asOperations(options, "signing rotate", options.reason, async ({ store, engine }, by) => {
    const now = engine.clock.now();
    const kid = await rotateTokenKey(store.tokenIssuing, { now, by, atOnce: options.atOnce });
    output.answer({ kid, atOnce: options.atOnce }, () =>
      options.atOnce
        ? `Key ${kid} signs from now on, and the others are over: every token that they signed is worthless.`
        : `Key ${kid} is published now and signs in ${rotation.aheadMs / 60_000} minutes; the one before it stays published until its last token has expired.`,
    );
  });
  return undefined;
}

export async function signingList(output: Output, options: SigningOptions): Promise<undefined> {
  await asOperations(options, "signing list", undefined, async ({ store, engine }) => {
    const keys = await store.tokenIssuing.keys(engine.clock.now());
    const shown = keys.map(({ kid, createdBy, signsFrom, endsAt }) => ({ kid, createdBy, signsFrom, endsAt: endsAt ?? null }));
    output.answer({ keys: shown }, () =>
      shown.length === 0
        ? "No token has been issued yet; the first one makes its key."
        : table(
            ["key", "by", "signs from", "published until"],
            shown.map((it) => [it.kid, it.createdBy, it.signsFrom.toISOString(), it.endsAt?.toISOString() ?? ""]),
          ),
    );
  });
  return undefined;
}
