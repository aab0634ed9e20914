import { createDatabase, withClient } from "../../../platform/database";
import { openStore } from "../../../store/open";

/** One migrated database that every other is copied from. */
export async function prepareTemplate(): Promise<void> {
  const name = `template_${process.pid}`;
  const url = await createDatabase(process.env.LANYARD_TEST_DATABASE!, name);
  const store = await openStore({ url, keyEncryptionKey: Buffer.alloc(32, 9) });
  await store.migrate();
  await store.close();
  // Each test has a LANYARD_KEY of its own, and begins its copy with it.
  await withClient(url, (client) => client.query("delete from ops.index_key"));
  process.env.LANYARD_TEST_TEMPLATE = name;
}
