/** The hub's own token endpoint, with what it keeps. */
import type { TrustedIssuer } from "../../gateway/auth";
import { type FetchKeys, guardedFetch } from "../../gateway/key-set";
import { hubIssuer, tokenEndpoint } from "../../gateway/oauth/token-endpoint";
import { createTokenKeys } from "../../gateway/oauth/token-keys";
import type { Foundation } from "./foundation";
import type { Route } from "./http";

export interface Tokens {
  readonly handle: Route;
  /** Believed by the gateway. */
  readonly issuer: TrustedIssuer;
  /** How public keys of login services and clients are read. */
  readonly fetchKeys: FetchKeys;
  readonly onKeysUnreadable: (whose: string, why: string) => void;
}

export const addressOf = (host: string, port: number) => `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`;
export const configuredAddress = ({ config }: Pick<Foundation, "config">) =>
  config.publicAddress ?? addressOf(config.listen.host, config.listen.port);

export function composeTokens({ config, environment, store, log }: Foundation, address: () => string): Tokens {
  const { clock } = environment;
  const { clients, issuers } = config.identity;
  const keys = createTokenKeys({ store: store.tokenIssuing, clock });
  const fetchKeys = guardedFetch({ allowedHosts: config.keyHosts, insecureLoopback: config.mode === "demonstration" });
  const onKeysUnreadable = (whose: string, why: string) => log.warn({ whose, why }, "public keys could not be read; those known go on");
  return {
    issuer: hubIssuer({ address, keys, clients }),
    onKeysUnreadable,
    fetchKeys,
    handle: tokenEndpoint({
      address,
      clients,
      issuers,
      clock,
      keys,
      firstUse: store.tokenIssuing.firstUse,
      audit: (event) => store.audit([event]),
      onKeysUnreadable,
      fetchKeys,
      log,
    }),
  };
}
