/** Whom the hub must not take in again: an erased person is known by keyed marks, whatever system says the person again. */
import type { Maps, Normalised } from "../connectors/connector";
import type { ErasedDoor } from "../store/subject/marks";
import type { Connection } from "./connection";
import type { Engine } from "./engine";

/** Why a vendor record that names an erased person is ignored. */
export const erasedReason = "erased";

type Item = Exclude<Normalised, { ignored: string }>;

/** One that names nobody (a withdrawal) is known by its own key, or by the person's key in it. */
export function isErased(door: ErasedDoor, organisation: string | undefined, item: Item): boolean {
  if (door.open || organisation === undefined) return false;
  const { claim } = item;
  if (claim) {
    if (door.has(organisation, "person", claim.personKey)) return true;
    return claim.identifiers?.some(({ scheme, value }) => door.has(organisation, scheme, value)) ?? false;
  }
  if (door.has(organisation, "record", `${item.kind}|${item.sourceId}`)) return true;
  return item.sourceId.includes("|") && item.sourceId.split("|").some((part) => part !== "" && door.has(organisation, "person", part));
}

/** Of what could not be read at all, and of what yields nothing, any value that is the person's own tells. */
export function namesErased(door: ErasedDoor, organisations: readonly string[], raw: unknown): boolean {
  if (door.open) return false;
  const pending: unknown[] = [raw];
  for (let value = pending.pop(); value !== undefined || pending.length > 0; value = pending.pop()) {
    if (typeof value === "object" && value !== null)
      pending.push(...Object.values(value).filter((one) => one !== undefined && one !== null));
    else if (typeof value === "string" || typeof value === "number") {
      const text = String(value).trim();
      if (text !== "" && text.length <= 200 && identifying.some((scheme) => organisations.some((one) => door.has(one, scheme, text))))
        return true;
    }
  }
  return false;
}
const identifying = [
  "person",
  "NI_NUMBER",
  "ESR_PERSON_ID",
  "ESR_EMPLOYEE_NUMBER",
  "ESR_ASSIGNMENT_NUMBER",
  "NHS_CRS_UUID",
  "GMC",
  "NMC",
  "GDC",
  "GPHC",
  "HCPC",
] as const;

/** How the store tells whose a raw record is: by the connectors of these connections, with their maps of now. */
export function rawReader(engine: Engine, connections: readonly Connection[]) {
  return async (doors: ReadonlyMap<string, ErasedDoor>) => {
    const own = connections.filter(({ id }) => doors.has(id));
    return aboutErased(await Promise.all(own.map(async (connection) => ({ connection, maps: await engine.mapsFor(connection) }))), doors);
  };
}

/** Whether a stored raw record is about the erased person: read by the connection's own connector, as when it came. */
function aboutErased(
  connections: readonly { readonly connection: Connection; readonly maps: Maps }[],
  doors: ReadonlyMap<string, ErasedDoor>,
): (connectionId: string, raw: unknown) => boolean {
  const known = new Map(connections.map((one) => [one.connection.id, one]));
  return (connectionId, raw) => {
    const door = doors.get(connectionId);
    if (!door || door.open) return false;
    const one = known.get(connectionId);
    // A connection that is no longer configured has nobody to read its records.
    if (!one) return namesErased(door, door.organisations, raw);
    const organisations = one.connection.organisations.map(({ odsCode }) => odsCode);
    try {
      const context = {
        settings: one.connection.settings,
        maps: one.maps,
        organisations: one.connection.organisations.map(({ odsCode, vpd }) => ({ odsCode, vpd })),
      };
      const items = one.connection.connector.normalise(raw, context).filter((item): item is Item => !("ignored" in item));
      if (items.length > 0) {
        const sole = organisations.length === 1 ? organisations[0] : undefined;
        return items.some((item) => isErased(door, item.organisation ?? sole, item));
      }
    } catch {
      // An older version of the connector could read it; what it holds still tells.
    }
    return namesErased(door, organisations, raw);
  };
}
