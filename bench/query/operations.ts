export const recordOperation = `query Record($value: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $value, organisation: "ZQA") {
    id name { given family } identifiers { scheme value organisation }
    assignments { number organisation { odsCode name } position { name } startsOn endsOn }
    learning { competences(on: "2026-12-01") { subject level awardedOn expiresOn status
        attestations { provenance { provider verifier method pedigree lastRefreshedAt } controller { odsCode } } }
      achievements { title completedOn } sources { connectedSystem state freshAsOf } }
    health { immunisations { vaccine diseases givenOn dose } clinicalTests { name interpretation value testedOn } observations { name result }
      clearances { clearedForRole validUntil } sources { connectedSystem state freshAsOf } withheld { field reason } }
    checks { employmentChecks { standard outcome checkedOn } registrations { body number expiresOn } sources { connectedSystem state freshAsOf } }
  }
}`;

export const listOperation = `query List($after: String) {
  staffMembers(organisation: "ZQA", first: 50, after: $after) {
    edges { node { id name { given family } assignments { number position { name } }
      learning { competences(on: "2026-12-01") { subject level expiresOn status } }
      health { clearances { clearedForRole validUntil } }
      checks { registrations { body number expiresOn } } } }
    pageInfo { hasNextPage endCursor } } }`;
