/** `store.agreements`: workforce sharing agreements; those of the configuration are recorded here, the others are people's own. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { createAgreementVerbs } from "./movement/sharing-agreements";
import type { Store } from "./store";
import { retried } from "./transaction";

/** Who records what the configuration says; an agreement that somebody else has recorded is left alone by it. */
const recordedBy = "configuration";

export function createAgreements(pool: Pool): Store["agreements"] {
  return {
    ...createAgreementVerbs(pool),
    async register(agreements) {
      const rows = agreements.map((it) => ({
        id: randomUUID(),
        r: it.reference,
        c: it.controllerOrg,
        o: it.organisation,
        l: it.labels,
        f: it.startsOn,
        t: it.endsBefore,
        sc: it.signedForController,
        so: it.signedForOrganisation,
      }));
      await retried(() =>
        pool.query(
          // What the configuration no longer names has ended, at once; the row stays.
          `with given as (
             select * from jsonb_to_recordset($1::jsonb) as g(id uuid, r text, c text, o text, l text[], f date, t date, sc text, so text)),
           ended as (
             update movement.sharing_agreement a set ended_at = now(), change = 'ENDED', changed_at = clock_timestamp() where a.ended_at is null and a.recorded_by = $2
               and not exists (select from given g where g.r = a.reference and g.c = a.controller_org and g.o = a.organisation))
           insert into movement.sharing_agreement as a (id, reference, controller_org, organisation, labels, starts_on, ends_before,
             signed_for_controller, signed_for_organisation, recorded_by)
           select g.id, g.r, g.c, g.o, g.l, g.f, g.t, g.sc, g.so, $2 from given g order by g.r, g.c, g.o
           on conflict (reference, controller_org, organisation) do update set labels = excluded.labels, starts_on = excluded.starts_on,
             ends_before = excluded.ends_before, signed_for_controller = excluded.signed_for_controller,
             signed_for_organisation = excluded.signed_for_organisation, recorded_at = now(), ended_at = null,
             change = 'RECORDED', changed_at = clock_timestamp()
           where a.recorded_by = $2 and (a.labels, a.starts_on, a.ends_before, a.signed_for_controller, a.signed_for_organisation, a.ended_at)
             is distinct from (excluded.labels, excluded.starts_on, excluded.ends_before, excluded.signed_for_controller,
               excluded.signed_for_organisation, null::timestamptz)`,
          [JSON.stringify(rows), recordedBy],
        ),
      );
    },
  };
}
