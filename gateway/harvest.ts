/**
 * Somebody who looks at very many different people, or asks again and again for people he does not get, may be within every
 * single right and yet be copying a trust. It is not refused here (a rotation is many people too): it is told, once in each window.
 */
import { createHash } from "node:crypto";
import { readsForPerson } from "../access/actors";
import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";
import { Lru } from "./lru";

export interface HarvestLimits {
  readonly windowMs: number;
  /** Different people in one window. */
  readonly people: number;
  /** Of those who read one record, their own. */
  readonly peopleOfOne: number;
  /** Questions in one window that showed nothing. */
  readonly nothing: number;
}

export const usualHarvest: HarvestLimits = { windowMs: 3_600_000, people: 500, peopleOfOne: 3, nothing: 60 };

export interface Suspicion {
  readonly why: "many-people" | "many-misses";
  readonly count: number;
}

interface Window {
  readonly from: number;
  /** Short hashes: enough to count by, and no list of people. At most one more than the limit. */
  readonly people: Set<string>;
  nothing: number;
  readonly told: Set<string>;
}

const callersRemembered = 5_000;

export class HarvestWatch {
  private readonly windows = new Lru<Window>(callersRemembered);

  constructor(
    private readonly clock: Clock,
    private readonly limits: HarvestLimits = usualHarvest,
  ) {}

  /** After each answer. A passport acts for many, so a client's people are counted for the pair of client and person. */
  saw(principal: Principal, staffMembers: Iterable<string>, shown: boolean): Suspicion | undefined {
    const { issuer, subject, act } = principal;
    // One login is also its holder's: whose work is many people may look at the own record, which neither sets off the alarm nor spends it.
    const ofPerson = readsForPerson(principal);
    const key = `${issuer}\n${act ?? ""}\n${ofPerson}\n${subject}`;
    const now = this.clock.now().getTime();
    let window = this.windows.get(key);
    if (!window || now - window.from >= this.limits.windowMs || now < window.from) {
      window = { from: now, people: new Set(), nothing: 0, told: new Set() };
      this.windows.set(key, window);
    }
    const most = ofPerson ? this.limits.peopleOfOne : this.limits.people;
    for (const id of staffMembers) {
      if (window.people.size > most) break;
      window.people.add(createHash("sha256").update(id).digest("base64url").slice(0, 12));
    }
    if (!shown) window.nothing += 1;
    const suspicions: Suspicion[] = [];
    if (window.people.size > most) suspicions.push({ why: "many-people", count: window.people.size });
    if (window.nothing > this.limits.nothing) suspicions.push({ why: "many-misses", count: window.nothing });
    const fresh = suspicions.find(({ why }) => !window.told.has(why));
    if (fresh) window.told.add(fresh.why);
    return fresh;
  }

  get size(): number {
    return this.windows.size;
  }
}
