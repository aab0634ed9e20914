import path from "node:path";
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { loadAssets } from "../../console/assets";
import { consoleHandler } from "../../console/handler";
import { createSessions } from "../../console/session";
import { loadOrCreateKey } from "../../gateway/internal-token";
import type { Foundation } from "./foundation";
import type { Graph } from "./graph";
import type { Route } from "./http";

/** The pages of the ESR team and the trusts: a client of the graph, and of nothing else. */
export async function composeConsole({ config, environment, log }: Foundation, graph: Pick<Graph, "ask">): Promise<Route> {
  const { clock } = environment;
  const { operators } = config.console;
  // Named operators sign in without a password: in the demonstration only. Production has no sign-in yet.
  const signIn =
    config.mode === "demonstration"
      ? {
          operators,
          sessions: await createSessions({
            key: await loadOrCreateKey(path.join(environment.dataFolder, "console-session.json")),
            clock,
            operators,
          }),
        }
      : undefined;
  return consoleHandler({
    assets: loadAssets(path.join(environment.projectRoot, "dist", "console", "assets")),
    clock,
    ask: graph.ask,
    may: (principal, act, organisation) => decide(principal, act, { controllerOrg: organisation }, noFacts, clock.now()).effect === "allow",
    signIn,
    demonstration: config.mode === "demonstration",
    hosts: [config.listen.host],
    log,
  });
}
