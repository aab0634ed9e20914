/** What the console asks the graph, and what it gets. */
export const queuesQuestion = `query ConsoleQueues { operations { asOf
  connectedSystems { id title connector state target organisations { odsCode name } queues { dataSet state freshAsOf behindSeconds target
    waiting oldestWaitingAt refused held due }
    waitingByAge { organisation { odsCode name } ofHealth fewerThanFive records upToOneDay upTo7Days upTo30Days older oldestAt owner next } }
  causes { code title owner count firstSeenAt lastSeenAt systems { system { id } count rows } }
  coverage { organisation { odsCode name } fewerThanFive activeAssignments people hasLms linkedToLms hasHealth linkedToHealth eligible acknowledged
    shadowed unknownToEsr } } }`;

export const systemQuestion = `query ConsoleSystem { operations { asOf connectedSystems { id title connector state target freshAsOf lastSuccessAt nextRunAt
  pausedAt running organisations { odsCode name }
  queues { dataSet state freshAsOf lastCompleteAt behindSeconds target waiting refused held due sent acknowledged refusedByEsr shadowed }
  problems { code title say next owner count subject firstSeenAt lastSeenAt }
  runs(first: 20) { edges { node { id trigger startedAt endedAt outcome errorCode pages rawIn ignored refusedRaw applied unchanged superseded waiting refused } } } } } }`;

const causesAsked = `causes { code title owner count firstSeenAt lastSeenAt
  systems { system { id title organisations { odsCode } } subject count say next rows firstSeenAt lastSeenAt } }`;
export const causesQuestion = `query ConsoleCauses { operations { asOf ${causesAsked} } }`;

/** The causes, and whose refused payloads somebody outside the trust was allowed to see. */
export const problemsQuestion = `query ConsoleProblems { operations { asOf ${causesAsked}
  payloadLooks { id refusal organisation { odsCode name } connectedSystem kind role approvedByRole reason approvedAt looks lastAt } } }`;

export const rowsQuestion = `query ConsoleRows($of: OperationsNumber!, $system: ID, $dataSet: String, $organisation: String, $code: String, $subject: String,
  $state: String, $after: String) { operations { asOf rows(of: $of, connectedSystem: $system, dataSet: $dataSet, organisation: $organisation, code: $code, subject: $subject, state: $state,
  first: 50, after: $after) { fewerThanFive pageInfo { hasNextPage endCursor } edges { node { id what recordId kind connectedSystem organisation { odsCode }
  state code title pointer count file line since lastAt owner next } } } } }`;

export const esrQuestion = `query ConsoleEsr($after: String) { operations { asOf
  esrFiles(first: 20, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id name organisation { odsCode name } dataSet mode layout records state
    madeAt sentAt acknowledgedAt outcomes { state count } comparison { held differ lacks } } } }
  esrRefusals { organisation { odsCode name } code title owner next count firstAt lastAt }
  connectedSystems { id title organisations { odsCode } queues { dataSet due sent acknowledged returned refusedByEsr shadowed } } } }`;

export const esrFileQuestion = `query ConsoleEsrFile($name: String!) { operations { asOf
  esrFile(name: $name) { id name organisation { odsCode name } dataSet mode layout records state madeAt sentAt acknowledgedAt outcomes { state count }
    ledger { state reason title count } comparison { held differ lacks } } } }`;

export interface OrganisationAnswer {
  readonly odsCode: string;
  readonly name?: string | null;
}

export interface QueueAnswer {
  readonly dataSet: string | null;
  readonly state: string;
  readonly freshAsOf: string | null;
  readonly behindSeconds: number | null;
  readonly target: number;
  readonly waiting: number;
  readonly oldestWaitingAt: string | null;
  readonly refused: number;
  readonly held: number;
  readonly due: number;
}
export interface WaitingAnswer {
  readonly organisation: OrganisationAnswer;
  readonly ofHealth: boolean;
  readonly fewerThanFive: boolean;
  readonly records: number | null;
  readonly upToOneDay: number | null;
  readonly upTo7Days: number | null;
  readonly upTo30Days: number | null;
  readonly older: number | null;
  readonly oldestAt: string;
  readonly owner: string;
  readonly next: string;
}
export interface SystemOfQueues {
  readonly id: string;
  readonly title: string;
  readonly connector: string;
  readonly state: string;
  readonly target: number;
  readonly organisations: readonly OrganisationAnswer[];
  readonly queues: readonly QueueAnswer[];
  readonly waitingByAge: readonly WaitingAnswer[];
}
export interface CauseAnswer {
  readonly code: string;
  readonly title: string;
  readonly owner: string;
  readonly count: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly systems: readonly { readonly system: { readonly id: string }; readonly count: number; readonly rows: string | null }[];
}
export interface CoverageAnswer {
  readonly organisation: OrganisationAnswer;
  readonly fewerThanFive: boolean;
  readonly activeAssignments: number | null;
  readonly people: number | null;
  readonly hasLms: boolean;
  readonly linkedToLms: number | null;
  readonly hasHealth: boolean;
  readonly linkedToHealth: number | null;
  readonly eligible: number | null;
  readonly acknowledged: number | null;
  readonly shadowed: number | null;
  readonly unknownToEsr: number | null;
}
export interface QueuesAnswer {
  readonly asOf: string;
  readonly connectedSystems: readonly SystemOfQueues[];
  readonly causes: readonly CauseAnswer[];
  readonly coverage: readonly CoverageAnswer[];
}

export interface ProblemAnswer {
  readonly code: string;
  readonly title: string;
  readonly say: string;
  readonly next: string;
  readonly owner: string;
  readonly count: number;
  readonly subject: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}
export interface RunAnswer {
  readonly id: string;
  readonly trigger: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  readonly errorCode: string | null;
  readonly pages: number;
  readonly rawIn: number;
  readonly ignored: number;
  readonly refusedRaw: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly waiting: number;
  readonly refused: number;
}
export interface QueueOfSystem extends QueueAnswer {
  readonly lastCompleteAt: string | null;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refusedByEsr: number;
  readonly shadowed: number;
}
export interface SystemAnswer extends Omit<SystemOfQueues, "queues" | "waitingByAge"> {
  readonly freshAsOf: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextRunAt: string | null;
  readonly pausedAt: string | null;
  readonly running: boolean;
  readonly queues: readonly QueueOfSystem[];
  readonly problems: readonly ProblemAnswer[];
  readonly runs: { readonly edges: readonly { readonly node: RunAnswer }[] };
}

export interface CauseWithSystems extends Omit<CauseAnswer, "systems"> {
  readonly systems: readonly {
    readonly system: { readonly id: string; readonly title: string; readonly organisations: readonly OrganisationAnswer[] };
    readonly subject: string | null;
    readonly count: number;
    readonly say: string;
    readonly next: string;
    readonly rows: string | null;
    readonly firstSeenAt: string;
    readonly lastSeenAt: string;
  }[];
}

export interface PayloadLookAnswer {
  readonly id: string;
  readonly refusal: string;
  readonly organisation: OrganisationAnswer;
  readonly connectedSystem: string | null;
  readonly kind: string | null;
  readonly role: string;
  readonly approvedByRole: string;
  readonly reason: string;
  readonly approvedAt: string;
  readonly looks: number;
  readonly lastAt: string | null;
}

export interface RowAnswer {
  readonly id: string;
  readonly what: string;
  readonly recordId: string | null;
  readonly kind: string | null;
  readonly connectedSystem: string;
  readonly organisation: OrganisationAnswer | null;
  readonly state: string;
  readonly code: string | null;
  readonly title: string | null;
  readonly pointer: string | null;
  readonly count: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly since: string | null;
  readonly lastAt: string | null;
  readonly owner: string | null;
  readonly next: string;
}
export interface PageInfoAnswer {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

export interface EsrFileAnswer {
  readonly id: string;
  readonly name: string;
  readonly organisation: OrganisationAnswer;
  readonly dataSet: string;
  readonly mode: string;
  readonly layout: string;
  readonly records: number;
  readonly state: string;
  readonly madeAt: string;
  readonly sentAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly outcomes: readonly { readonly state: string; readonly count: number }[];
  /** Of a rehearsed file only. */
  readonly comparison: { readonly held: number; readonly differ: number; readonly lacks: number } | null;
}
export interface LedgerAnswer {
  readonly state: string;
  readonly reason: string | null;
  readonly title: string | null;
  readonly count: number;
}
export interface EsrFileDetailAnswer {
  readonly asOf: string;
  readonly esrFile: (EsrFileAnswer & { readonly ledger: readonly LedgerAnswer[] }) | null;
}
export interface EsrAnswer {
  readonly asOf: string;
  readonly esrFiles: { readonly pageInfo: PageInfoAnswer; readonly edges: readonly { readonly node: EsrFileAnswer }[] };
  readonly esrRefusals: readonly {
    readonly organisation: OrganisationAnswer;
    readonly code: string;
    readonly title: string;
    readonly owner: string | null;
    readonly next: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  readonly connectedSystems: readonly {
    readonly id: string;
    readonly title: string;
    readonly organisations: readonly OrganisationAnswer[];
    readonly queues: readonly {
      readonly dataSet: string | null;
      readonly due: number;
      readonly sent: number;
      readonly acknowledged: number;
      readonly returned: number;
      readonly refusedByEsr: number;
      readonly shadowed: number;
    }[];
  }[];
}
