import { endStates, endText, endTexts, knowsNotForEsr, knowsRefusedByEsr } from "../codes/ends";
import { EsrReason, refusalReasons } from "../learning/esr-standing";
import { RecordState } from "../record";
import { endOfEsrFile, endOfFile, endOfReceipt, endOfRecord, endOfRun, mostPressing, type RecordFacts } from "./whereabouts";

const deliveryStates = ["DUE", "WRITTEN", "SHADOWED", "SENT", "ACKNOWLEDGED", "REFUSED", "RETURNED", "DROPPED"];
const record: RecordFacts = {
  kind: "competence-award",
  health: false,
  aboutStaffMember: true,
  bound: true,
  sourceState: "IN_FORCE",
  held: false,
  mapping: undefined,
  toldByEsr: false,
  deliveries: [],
  judged: undefined,
};
const delivery = (state: string, more: { reason?: string; refusalCode?: string } = {}) => ({
  state,
  reason: more.reason,
  refusalCode: more.refusalCode,
});

describe("a record", () => {
  test("ends in one state of the closed list, whatever the database holds of it", () => {
    const seen = new Set<string>();
    for (const kind of ["competence-award", "achievement", "immunisation"])
      for (const bound of [true, false])
        for (const sourceState of Object.values(RecordState))
          for (const held of [true, false])
            for (const mapping of kind === "achievement" ? ["MAPPED", "UNMAPPED", "LOCAL"] : [undefined])
              for (const toldByEsr of [true, false])
                for (const state of [undefined, ...deliveryStates])
                  for (const judged of [undefined, "ESR_HOLDS_IT", "NOT_NATIONAL"]) {
                    const end = endOfRecord({
                      ...record,
                      kind,
                      health: kind === "immunisation",
                      bound,
                      sourceState,
                      held,
                      mapping,
                      toldByEsr,
                      deliveries: state ? [delivery(state)] : [],
                      judged,
                    });
                    expect(endStates).toContain(end.state);
                    seen.add(end.state);
                  }
    expect([...seen].sort()).toEqual(
      [
        "ACKNOWLEDGED_BY_ESR",
        "AWAITS_ESR_RUN",
        "DUE_FOR_ESR",
        "HELD",
        "IN_ESR",
        "REFUSED_BY_ESR",
        "SENT_TO_ESR",
        "SHADOWED",
        "STORED_NOT_FOR_ESR",
        "SUSPECTED",
        "WAITING_FOR_PERSON",
        "WAITS_FOR_COURSE_MAP",
        "WITHDRAWN",
      ].sort(),
    );
  });

  test.each([
    ["DUE", "DUE_FOR_ESR"],
    ["WRITTEN", "DUE_FOR_ESR"],
    ["SHADOWED", "SHADOWED"],
    ["SENT", "SENT_TO_ESR"],
    ["ACKNOWLEDGED", "ACKNOWLEDGED_BY_ESR"],
    ["REFUSED", "REFUSED_BY_ESR"],
    ["RETURNED", "IN_ESR"],
    ["DROPPED", "STORED_NOT_FOR_ESR"],
  ])("that stands as %s in the ledger ends as %s", (state, end) => {
    expect(endOfRecord({ ...record, deliveries: [delivery(state)] }).state).toBe(end);
  });

  test("that is due at one employer and in the ESR of another is due", () => {
    expect(endOfRecord({ ...record, deliveries: [delivery("RETURNED"), delivery("DUE")] }).state).toBe("DUE_FOR_ESR");
  });

  test("that ESR holds already is in ESR, also when it had been due before", () => {
    expect(endOfRecord({ ...record, judged: "ESR_HOLDS_IT" })).toEqual({ state: "IN_ESR", reason: "ESR_HOLDS_IT" });
    expect(endOfRecord({ ...record, deliveries: [delivery("DROPPED", { reason: "ESR_HOLDS_IT" })] }).state).toBe("IN_ESR");
  });

  test("of nobody waits, even when ESR has told it", () => {
    expect(endOfRecord({ ...record, bound: false, toldByEsr: true }).state).toBe("WAITING_FOR_PERSON");
    expect(endOfRecord({ ...record, aboutStaffMember: false, bound: false, kind: "position" }).state).toBe("STORED_NOT_FOR_ESR");
  });
});

describe("the closed list", () => {
  test("says for every end what it means, whose move it is and what comes next", () => {
    for (const state of endStates) {
      const text = endTexts[state];
      expect(text.say.length).toBeGreaterThan(10);
      expect(text.next.length).toBeGreaterThan(0);
      expect(["vendor", "trust", "esr", "operator", "hub", "nobody"]).toContain(text.owner);
    }
  });

  test("knows every reason of the ledger", () => {
    for (const reason of Object.values(EsrReason)) {
      if (refusalReasons.has(reason)) expect([reason, knowsRefusedByEsr(reason)]).toEqual([reason, true]);
      // Held by ESR is no reason against it: that is its end.
      else if (reason !== EsrReason.ESR_HOLDS_IT) expect([reason, knowsNotForEsr(reason)]).toEqual([reason, true]);
    }
    expect(endText("REFUSED_BY_ESR", "POSITION_CLOSED")).toMatchObject({ say: "ESR has refused it: position closed.", owner: "trust" });
    expect(endText("STORED_NOT_FOR_ESR", "SOMETHING_NEW").say).toContain("something new");
  });
});

describe("what is not a record", () => {
  test("a receipt ends where its records are now, however it was answered", () => {
    for (const outcome of ["applied", "unchanged", "superseded", "waiting", "refused", "ignored"])
      for (const records of [[], [{ state: "DUE_FOR_ESR" as const }]]) expect(endStates).toContain(endOfReceipt(outcome, records).state);
    expect(endOfReceipt("waiting", [])).toEqual({ state: "WAITING_FOR_PERSON" });
    expect(endOfReceipt("waiting", [{ state: "IN_ESR" }, { state: "DUE_FOR_ESR" }])).toEqual({ state: "DUE_FOR_ESR" });
    expect(endOfReceipt("refused", [])).toEqual({ state: "REFUSED" });
    expect(endOfReceipt("superseded", [{ state: "IN_ESR" }])).toEqual({ state: "SUPERSEDED" });
  });

  test("a run and a file end read, unfinished or not received", () => {
    const none = { waiting: 0, refused: 0 };
    expect(endOfRun("COMPLETED", none).state).toBe("READ");
    expect(endOfRun("COMPLETED", { waiting: 1, refused: 0 }).state).toBe("READ_WITH_OPEN_ENDS");
    for (const going of [undefined, "CONTINUES", "ABANDONED"]) expect(endOfRun(going, none).state).toBe("BEING_READ");
    expect(endOfRun("FAILED", none).state).toBe("NOT_RECEIVED");
    expect(endOfRun("HELD", none).state).toBe("HELD");
    expect(endOfFile({ unread: true, unfinished: false, ...none }).state).toBe("NOT_RECEIVED");
    expect(endOfFile({ unread: false, unfinished: true, ...none }).state).toBe("BEING_READ");
    expect(endOfFile({ unread: false, unfinished: false, ...none }).state).toBe("READ");
    expect(endOfFile({ unread: false, unfinished: false, waiting: 0, refused: 2 }).state).toBe("READ_WITH_OPEN_ENDS");
  });

  test("a file for ESR ends with the most pressing of its rows", () => {
    const rows = (...states: string[]) =>
      states.map((state) => ({ state, refusalCode: state === "REFUSED" ? "POSITION_CLOSED" : undefined }));
    expect(endOfEsrFile("WRITTEN", rows("WRITTEN")).state).toBe("DUE_FOR_ESR");
    expect(endOfEsrFile("SHADOWED", rows("SHADOWED")).state).toBe("SHADOWED");
    expect(endOfEsrFile("SENT", rows("SENT")).state).toBe("SENT_TO_ESR");
    expect(endOfEsrFile("ACKNOWLEDGED", rows("ACKNOWLEDGED", "REFUSED"))).toEqual({ state: "REFUSED_BY_ESR", reason: "POSITION_CLOSED" });
    expect(endOfEsrFile("ACKNOWLEDGED", rows("ACKNOWLEDGED", "RETURNED")).state).toBe("ACKNOWLEDGED_BY_ESR");
    expect(endOfEsrFile("ACKNOWLEDGED", rows("RETURNED")).state).toBe("IN_ESR");
  });

  test("nothing is pressing where there is nothing", () => expect(mostPressing([])).toBeUndefined());
});
