import { addDays, isDay } from "../../platform/clock";
import type { AgreementToRegister } from "../../store/movement/sharing-agreements";
import type { ConfigShape } from "./shape";

type Fault = (at: readonly PropertyKey[], say: string, cure: string) => void;

/** Sharing agreements of the file, checked: known organisations, a period, and two people who sign, one of each side. */
export function checkAgreements(shape: ConfigShape, fault: Fault): AgreementToRegister[] {
  const organisations = new Set((Array.isArray(shape.organisations) ? shape.organisations : []).map((one) => one?.odsCode));
  const seen = new Set<string>();
  const checked: AgreementToRegister[] = [];
  for (const [index, agreement] of (Array.isArray(shape.sharingAgreements) ? shape.sharingAgreements : []).entries()) {
    if (typeof agreement !== "object" || agreement === null) continue;
    const at = ["sharingAgreements", index] as const;
    const { reference, controller, organisation, from, to, signedBy } = agreement;
    for (const side of ["controller", "organisation"] as const) {
      if (typeof agreement[side] === "string" && !organisations.has(agreement[side]))
        fault([...at, side], `is not among the organisations: ${agreement[side]}`, "Add the organisation, or correct the code.");
    }
    if (controller !== undefined && controller === organisation)
      fault([...at, "organisation"], "is the controller itself", "Name the organisation that reads; nobody needs leave to read their own.");
    const key = `${reference} ${controller} ${organisation}`;
    if (seen.has(key)) fault(at, "is there twice", "List each direction of an agreement once, with all its labels.");
    seen.add(key);
    if (to !== undefined && from !== undefined && to < from)
      fault([...at, "to"], "is before from", "Write the first day as from and the last day as to.");
    if (signedBy?.controller !== undefined && signedBy.controller === signedBy.organisation)
      fault([...at, "signedBy"], "names the same person twice", "An agreement is signed by two people, one of each organisation.");
    checked.push({
      reference,
      controllerOrg: controller,
      organisation,
      labels: agreement.labels ?? [],
      startsOn: from,
      endsBefore: to === undefined || !isDay(to) ? undefined : addDays(to, 1),
      signedForController: signedBy?.controller,
      signedForOrganisation: signedBy?.organisation,
    });
  }
  return checked;
}

/** What is recorded and opens nothing yet, or nothing any more. */
export function agreementWarnings(agreements: readonly AgreementToRegister[], today: string): string[] {
  return agreements.flatMap((it) => {
    const name = `The sharing agreement ${it.reference} (${it.controllerOrg} to ${it.organisation})`;
    if (it.endsBefore !== undefined && it.endsBefore <= today) return [`${name} has ended: it opens nothing any more.`];
    const missing = [
      ...(it.signedForController === undefined ? [it.controllerOrg] : []),
      ...(it.signedForOrganisation === undefined ? [it.organisation] : []),
    ];
    return missing.length > 0 ? [`${name} is not signed by ${missing.join(" and ")}: it opens nothing until both have signed.`] : [];
  });
}
