import { systemFaults } from "./sandbox-faults";

test("names the system, the fault and how often it strikes", () => {
  expect(systemFaults(["moodle=drip", "larkspur-fhir=server-error@0.3"], 7)).toEqual([
    { system: "moodle", plan: { seed: 7, fault: "drip" } },
    { system: "larkspur-fhir", plan: { seed: 7, fault: "server-error", schedule: { likelihood: 0.3 } } },
  ]);
});

test.each([
  ["moodle", "write <system>=<fault>"],
  ["toString=drip", "the system is one of moodle"],
  ["moodle=sneeze", "there is no fault sneeze"],
  ["moodle=drip@2", "@0.3 for some"],
])("%s is refused with what there is", (text, said) => {
  expect(() => systemFaults([text], 1)).toThrow(said);
});
