import { rmSync } from "node:fs";
import type { EmbeddedPostgres } from "../platform/postgres";

export default async function teardown(): Promise<void> {
  const held = globalThis as { lanyardTestServer?: { server: EmbeddedPostgres; folder: string } };
  if (!held.lanyardTestServer) return;
  const { server, folder } = held.lanyardTestServer;
  await server.stop();
  rmSync(server.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  held.lanyardTestServer = undefined;
}
