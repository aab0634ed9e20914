import type { RecordKind } from "../connectors/connector";
import type { Connection } from "./connection";
import type { Engine } from "./engine";

/**
 * Kinds that a connection may bring: for each of its organisations, by what the system behind it is. What a connector delivers
 * beyond that is refused record by record, like what a key may not speak of.
 */
export function kindsToWrite(engine: Engine, connection: Connection): readonly RecordKind[] {
  const may = connection.connector.delivers.filter((delivery) =>
    connection.organisations.every(({ odsCode }) => engine.may.write(connection, delivery, odsCode)),
  );
  return may.map(({ kind }) => kind);
}
