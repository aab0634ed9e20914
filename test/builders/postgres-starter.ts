import { startPostgres } from "../../platform/postgres";

/** A process that starts the server of a folder and says so in one line; then it waits to be ended, one way or another. */
async function main(): Promise<void> {
  const [folder, projectRoot] = process.argv.slice(2);
  const server = await startPostgres({ folder: folder!, projectRoot: projectRoot! });
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid, how: server.how, notes: server.notes })}\n`);
  process.once("SIGTERM", () => void server.stop().then(() => process.exit(0)));
  setInterval(() => undefined, 60_000);
}

main().catch((error: Error) => {
  process.stdout.write(`${JSON.stringify({ failed: error.message })}\n`);
  process.exit(1);
});
