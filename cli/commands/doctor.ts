import { accessSync, constants, mkdirSync } from "node:fs";
import path from "node:path";
import { HubError } from "../../platform/errors";
import { configurationOf } from "../compose/configuration";
import { openFoundation } from "../compose/foundation";
import { readEnvironment } from "../environment";
import { exitCodes, failureText, type Output, UsageError } from "../output";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly say: string;
}

/** Checks what can be checked without changing anything: Node, folder, configuration, database, each connection's address. */
export async function doctor(output: Output, options: { config?: string; today?: string }): Promise<number> {
  const findings: Finding[] = [];
  const check = async (name: string, what: () => Promise<string> | string) => {
    try {
      findings.push({ check: name, ok: true, say: await what() });
    } catch (error) {
      findings.push({ check: name, ok: false, say: failureText(error) });
    }
  };
  const read = readEnvironment(options);
  await check("Node", () => {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major < 20 || (major === 20 && minor < 19))
      throw new UsageError(`Node ${process.versions.node} is too old: install 20.19 or newer (22 or 24 is better).`);
    return `${process.versions.node}${major === 20 ? " (past its end of life: 22 or 24 is better)" : ""}`;
  });
  await check("Data folder", () => {
    mkdirSync(read.dataFolder, { recursive: true });
    accessSync(read.dataFolder, constants.W_OK);
    return read.dataFolder;
  });
  let configured: ReturnType<typeof configurationOf> | undefined;
  await check("Configuration", () => {
    configured = configurationOf(read, options.config);
    const { config } = configured;
    return `${config.file}: ${config.organisations.length} organisations, ${config.connections.length} connections, mode ${config.mode}`;
  });
  if (configured) {
    const { config, environment } = configured;
    await check("Database", async () => {
      const foundation = await openFoundation(environment, config);
      try {
        await foundation.store.ping();
        const { rows } = await foundation.store.pool.query("show server_version");
        return `PostgreSQL ${rows[0].server_version}, migrated`;
      } finally {
        await foundation.close();
      }
    });
    for (const connection of config.connections) {
      for (const host of connection.connector.hosts(connection.settings)) {
        await check(`Connection ${connection.id}`, () => reach(host, connection.settings));
      }
      const { folder } = connection.settings as { folder?: unknown };
      if (typeof folder === "string")
        await check(`Connection ${connection.id}`, () => {
          try {
            accessSync(path.resolve(config.folder, folder), constants.R_OK);
          } catch {
            throw new HubError({ code: "FOLDER_MISSING", class: "settings", detail: { folder } });
          }
          return `${folder} can be read`;
        });
    }
  }
  output.answer({ findings }, () =>
    findings.map((finding) => `${finding.ok ? "ok    " : "FAULT "}${finding.check.padEnd(30)} ${finding.say}`).join("\n"),
  );
  return findings.every((finding) => finding.ok) ? exitCodes.ok : exitCodes.degraded;
}

/** Whether something listens there; credentials are only tried by a run. */
async function reach(host: string, settings: unknown): Promise<string> {
  const { connect } = await import("node:net");
  const address = new URL(/^[a-z]+:\/\//.test(host) ? host : `http://${host}`);
  const secure = JSON.stringify(settings).includes(`https://${address.host}`);
  const port = Number(address.port || (secure ? 443 : 80));
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: address.hostname, port, timeout: 5000 }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error("no answer within 5 s")));
    socket.once("error", (error) =>
      reject(
        new HubError({
          code: "UNREACHABLE",
          class: "transient",
          detail: { host: address.host, why: (error as NodeJS.ErrnoException).code ?? "no answer within 5 s" },
        }),
      ),
    );
  });
  return `${address.host} answers`;
}
