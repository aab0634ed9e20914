import type { ProblemText } from "./problems";

/** When a system may be asked, and what its clock says: why a run did not ask, or ended early. */
export const paceProblems = {
  BREAKER_OPEN: {
    title: "System is given a rest",
    say: "{host} has failed {failures} times in a row ({why}) since {since}; the hub does not ask it, and tries once in {seconds} s.",
    next: "Ask the vendor; as soon as the one trial is answered the hub goes on where it was.",
    owner: "vendor",
  },
  IN_MAINTENANCE: {
    title: "In its maintenance time",
    say: "The calendar of this connection says maintenance until {until}; nothing is asked before.",
    next: "Nothing: it goes on by itself. The calendar is `maintenance` of the connection in lanyard.yaml.",
    owner: "hub",
  },
  PERSON_NOT_ANSWERED: {
    title: "System fails for single people",
    say: "{host} answered {status} for single people at {operation}, and answered for the others.",
    next: "Ask the vendor about these people's records; what is held of them stays as it is and is asked for at every sweep.",
    owner: "vendor",
  },
  CLOCK_AHEAD: {
    title: "System's clock is ahead",
    say: "The system dates what it sends up to {seconds} s after the hub's own time ({dataSet}).",
    next: "Ask the vendor to set the clock, or the time zone, of the system; what lies more than a day ahead is refused.",
    owner: "vendor",
  },
} as const satisfies Record<string, ProblemText>;
