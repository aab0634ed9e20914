/** Facts that open something, each with how to change it in the database, what that makes of the scenario, and how to put it back. */
import type { Movement } from "./expect";
import type { SweepHub } from "./hub";
import { people, type Service, today } from "./scenario";

export interface Flip {
  readonly name: string;
  readonly person: string;
  /** Whether somebody must see less; one day before the boundary nobody does. */
  readonly shuts: boolean;
  facts(movement: Movement): Movement;
  apply(sweep: SweepHub, id: string): Promise<unknown>;
  undo(sweep: SweepHub, id: string): Promise<unknown>;
}

const by = { subject: "sweep", role: "self" };
const withService = (movement: Movement, person: string, change: (service: Service) => Service): Movement => ({
  ...movement,
  people: people.map((one) => (one.name === person ? { ...one, service: one.service.map(change) } : one)),
});

/** A day of an assignment at an organisation; `was` is what stands there now. */
function assignment(
  name: string,
  person: string,
  org: string,
  shuts: boolean,
  column: "ends_on" | "starts_on" | "projected_hire_on",
  value: string | null,
  was: string | null,
  change: (service: Service) => Service,
): Flip {
  const set = (sweep: SweepHub, id: string, to: string | null) =>
    sweep.sql(
      `update staff.assignment set ${column} = $3${column === "starts_on" ? ", valid_from = $3" : ""} where staff_member_id = $1 and controller_org = $2`,
      [id, org, to],
    );
  return {
    name,
    person,
    shuts,
    facts: (movement) => withService(movement, person, (service) => (service.org === org ? change(service) : service)),
    apply: (sweep, id) => set(sweep, id, value),
    undo: (sweep, id) => set(sweep, id, was),
  };
}

const agreement = (name: string, shuts: boolean, set: string, undo: string, facts: (movement: Movement) => Movement): Flip => ({
  name,
  person: "doctor",
  shuts,
  facts,
  apply: (sweep) => sweep.sql(`update movement.sharing_agreement set ${set} where reference = 'open'`),
  undo: (sweep) => sweep.sql(`update movement.sharing_agreement set ${undo} where reference = 'open'`),
});
const withoutAgreement = (movement: Movement): Movement => ({
  ...movement,
  agreements: movement.agreements.filter(({ reference }) => reference !== "open"),
});

const share = (name: string, shuts: boolean, set: string, undo: string, labels: readonly string[]): Flip => ({
  name,
  person: "doctor",
  shuts,
  facts: (movement) => ({ ...movement, shares: movement.shares.map((it) => (it.person === "doctor" ? { ...it, labels } : it)) }),
  apply: (sweep, id) => sweep.sql(`update movement.share set ${set} where staff_member_id = $1 and revoked_at is null`, [id]),
  undo: (sweep, id) => sweep.sql(`update movement.share set ${undo} where staff_member_id = $1 and revoked_at is null`, [id]),
});
const shared = ["R3", "R5", "R7"];

const objection = (person: string, labels: readonly string[]): Flip => {
  let made = "";
  return {
    name: `an objection to ${labels.join(", ")}`,
    person,
    shuts: true,
    facts: (movement) => ({ ...movement, objections: [...movement.objections, { person, labels }] }),
    async apply(sweep, id) {
      made = (await sweep.hub.store.objections.make(id, labels, by)).id;
    },
    undo: (sweep, id) => sweep.hub.store.objections.withdraw(made, id, by),
  };
};

const days: readonly Flip[] = [
  assignment("employment ended 31 days ago", "doctor", "ZQA", true, "ends_on", "2026-10-22", null, (it) => ({ ...it, to: "2026-10-22" })),
  assignment("employment ended 30 days ago", "doctor", "ZQA", false, "ends_on", "2026-10-23", null, (it) => ({ ...it, to: "2026-10-23" })),
  assignment("placement ended 15 days ago", "doctor", "ZQB", true, "ends_on", "2026-11-07", "2026-12-31", (it) => ({
    ...it,
    to: "2026-11-07",
  })),
  assignment("placement ended 14 days ago", "doctor", "ZQB", false, "ends_on", "2026-11-08", "2026-12-31", (it) => ({
    ...it,
    to: "2026-11-08",
  })),
  assignment("a placement without an end", "doctor", "ZQB", true, "ends_on", null, "2026-12-31", ({ to: _, ...it }) => it),
  assignment("placement starts in 92 days", "expected", "ZQB", false, "starts_on", "2027-02-22", "2027-03-30", (it) => ({
    ...it,
    from: "2027-02-22",
  })),
  assignment("placement starts in 91 days", "expected", "ZQB", false, "starts_on", "2027-02-21", "2027-03-30", (it) => ({
    ...it,
    from: "2027-02-21",
  })),
  assignment("the offer's start was 30 days ago", "hire", "ZQB", true, "projected_hire_on", "2026-10-23", "2026-12-15", (it) => ({
    ...it,
    from: "2026-10-01",
    starts: "2026-10-23",
  })),
  assignment("the offer's start was 14 days ago", "hire", "ZQB", true, "projected_hire_on", "2026-11-08", "2026-12-15", (it) => ({
    ...it,
    starts: "2026-11-08",
  })),
  assignment("the offer's start was 13 days ago", "hire", "ZQB", false, "projected_hire_on", "2026-11-09", "2026-12-15", (it) => ({
    ...it,
    starts: "2026-11-09",
  })),
];

const placedUntil = (day: string, shuts: boolean): Flip => ({
  name: `the feed's placement ended on ${day}`,
  person: "trainee",
  shuts,
  facts: (movement) => ({
    ...movement,
    people: people.map((one) =>
      one.name === "trainee" ? { ...one, placed: one.placed!.map((it) => ({ ...it, from: "2026-08-05", to: day })) } : one,
    ),
  }),
  apply: (sweep, id) =>
    sweep.sql("update movement.placement set starts_on = '2026-08-05', ends_on = $2 where staff_member_id = $1", [id, day]),
  undo: (sweep, id) =>
    sweep.sql("update movement.placement set starts_on = '2026-12-02', ends_on = '2027-04-06' where staff_member_id = $1", [id]),
});

const saidAndDone: readonly Flip[] = [
  {
    name: "No to the transfer",
    person: "hire",
    shuts: true,
    facts: (movement) => ({ ...movement, transfers: [] }),
    apply: (sweep, id) => answer(sweep, id, "NO"),
    undo: (sweep, id) => answer(sweep, id, "YES"),
  },
  {
    name: "the approval of the front-end taken back",
    person: "doctor",
    shuts: true,
    facts: (movement) => ({ ...movement, delegations: movement.delegations.filter(({ person }) => person !== "doctor") }),
    apply: (sweep, id) => sweep.hub.store.clientApprovals.revoke(id, "passport-front-end", by),
    undo: (sweep, id) => approve(sweep, id, ["R1", "R2", "R3", "R4", "R5", "R7", "R10", "R11"]),
  },
  {
    name: "the front-end approved for training only",
    person: "doctor",
    shuts: true,
    facts: (movement) => ({
      ...movement,
      delegations: movement.delegations.map((it) => (it.person === "doctor" ? { ...it, labels: ["R3"] } : it)),
    }),
    apply: (sweep, id) => approve(sweep, id, ["R3"]),
    undo: (sweep, id) => approve(sweep, id, ["R1", "R2", "R3", "R4", "R5", "R7", "R10", "R11"]),
  },
  {
    name: "a second account claims the record",
    person: "doctor",
    shuts: true,
    facts: (movement) => ({ ...movement, frozen: ["doctor"] }),
    apply: (sweep, id) =>
      sweep.sql(
        "insert into staff.account (issuer, subject, staff_member_id, how, kind) values ('https://other.example', 'other', $1, 'CODE', 'person')",
        [id],
      ),
    undo: (sweep) =>
      sweep.sql("update staff.account set revoked_at = now(), revoked_by = 'sweep', revoke_reason = 'over' where subject = 'other'"),
  },
  {
    name: "processing restricted by the controller",
    person: "doctor",
    shuts: true,
    facts: (movement) => ({ ...movement, restrictions: [{ person: "doctor", controller: "ZQA", labels: ["R3"] }] }),
    async apply(sweep, id) {
      const [approval] = await sweep.sql(
        `insert into ops.approval (id, act, subject, organisation, asked_by, asked_role, reason, expires_at)
         values (gen_random_uuid(), 'subject-restrict', $1, 'ZQA', 'sweep', 'information-governance', 'sweep', now() + interval '1 day') returning id`,
        [id],
      );
      await sweep.sql(
        `insert into ops.restriction (id, staff_member_id, controller_org, labels, instruction, approval_id)
         values (gen_random_uuid(), $1, 'ZQA', array['R3'], 'sweep', $2)`,
        [id, approval!.id],
      );
    },
    undo: (sweep) => sweep.sql("update ops.restriction set lifted_at = now(), lifted_by = 'sweep', lift_instruction = 'sweep'"),
  },
  // Last of the doctor's share: what was taken back stays taken back, so it is made anew.
  {
    name: "the share taken back",
    person: "doctor",
    shuts: true,
    facts: (movement) => ({ ...movement, shares: movement.shares.filter(({ person }) => person !== "doctor") }),
    async apply(sweep, id) {
      const [{ share: found }] = (await sweep.sql(
        "select id as share from movement.share where staff_member_id = $1 and revoked_at is null",
        [id],
      )) as [{ share: string }];
      await sweep.hub.store.shares.revoke(found, id, by);
    },
    undo: (sweep, id) =>
      sweep.hub.store.shares.create(
        { staffMember: id, organisation: "ZQB", labels: shared, startsOn: "2026-11-01", endsBefore: "2027-11-01" },
        by,
      ),
  },
];
const approve = (sweep: SweepHub, id: string, labels: readonly string[]) =>
  sweep.hub.store.clientApprovals.approve({ staffMember: id, client: "passport-front-end", labels, startsOn: "2026-11-01" }, by);
const answer = (sweep: SweepHub, id: string, said: "YES" | "NO") =>
  sweep.hub.store.transfers.answer({ staffMember: id, organisation: "ZQB", offers: ["zqb-esr|hire-assignment"], answer: said }, by);

export const flips: readonly Flip[] = [
  ...days,
  placedUntil("2026-11-07", true),
  placedUntil("2026-11-08", false),
  agreement(
    "the agreement without the reader's signature",
    true,
    "signed_for_organisation = null",
    "signed_for_organisation = 'Ben'",
    withoutAgreement,
  ),
  agreement(
    "the agreement without the controller's signature",
    true,
    "signed_for_controller = null",
    "signed_for_controller = 'Ada'",
    withoutAgreement,
  ),
  agreement("the agreement ended by one side", true, "ended_at = now()", "ended_at = null", withoutAgreement),
  agreement("the agreement's last day was yesterday", true, `ends_before = '${today}'`, "ends_before = null", withoutAgreement),
  agreement("the agreement's last day is today", false, "ends_before = '2026-11-23'", "ends_before = null", (movement) => movement),
  agreement("the agreement begins tomorrow", true, "starts_on = '2026-11-23'", "starts_on = '2026-01-01'", withoutAgreement),
  agreement("the agreement lists posts only", true, "labels = array['R2']", "labels = array['R1','R2','R3','R4','R7']", (movement) => ({
    ...movement,
    agreements: movement.agreements.map((it) => (it.reference === "open" ? { ...it, labels: ["R2"] } : it)),
  })),
  share("the share's last day was yesterday", true, `ends_before = '${today}'`, "ends_before = '2027-11-01'", []),
  share("the share's last day is today", false, "ends_before = '2026-11-23'", "ends_before = '2027-11-01'", shared),
  share("the share begins tomorrow", true, "starts_on = '2026-11-23'", "starts_on = '2026-11-01'", []),
  share("the share of training only", true, "labels = array['R3']", "labels = array['R3','R5','R7']", ["R3"]),
  share("the share without training", true, "labels = array['R5','R7']", "labels = array['R3','R5','R7']", ["R5", "R7"]),
  objection("doctor", ["R4"]),
  objection("doctor", ["R1", "R2", "R3"]),
  ...saidAndDone,
  // Withdrawn once more after the share was made anew: an objection closes the older share of health data, and no later one.
  objection("doctor", ["R5"]),
];
