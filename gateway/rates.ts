/**
 * What one caller may ask in a while: requests, and what they cost. A caller is a client and the subject it acts for; a client
 * that acts for many has a budget for all of them too. In memory, and so of this process: n gateways give n times as much
 * (docs/adr/0025). Who was not seen for longest is forgotten first, which gives him a full budget back: memory is bounded.
 */
import type { Principal } from "../access/principal";
import type { Clock } from "../platform/clock";
import { Lru } from "./lru";

export interface Budget {
  /** May be used at once after a rest. */
  readonly burst: number;
  /** Comes back. */
  readonly perSecond: number;
}
export interface RateLimits {
  readonly requests: Budget;
  readonly cost: Budget;
  /** How many times the above a client has for all its subjects together. */
  readonly clientTimes: number;
}

/** A person who reads clicks once a second; a page of 100 starters costs about 57,000. */
export const usualRates: RateLimits = {
  requests: { burst: 120, perSecond: 10 },
  cost: { burst: 1_000_000, perSecond: 20_000 },
  clientTimes: 50,
};

const callersRemembered = 10_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export class Rates {
  private readonly buckets = new Lru<Bucket>(2 * 2 * callersRemembered);

  private readonly noted = new Lru<number>(callersRemembered);

  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Clock,
  ) {}

  /** Seconds to wait; 0 when it may come in now. */
  request(principal: Principal): number {
    return this.take(principal, "requests", 1);
  }

  charge(principal: Principal, cost: number): number {
    return this.take(principal, "cost", cost);
  }

  /** Whether this refusal is the first of its caller in a while: told once a minute, however often somebody knocks. */
  isFirst({ issuer, subject, act }: Principal): boolean {
    const key = `${issuer}\n${act ?? ""}\n${subject}`;
    const now = this.clock.now().getTime();
    const before = this.noted.get(key);
    if (before !== undefined && now >= before && now - before < 60_000) return false;
    this.noted.set(key, now);
    return true;
  }

  /** Only what is let in is paid for: knocking does not make the wait longer. */
  private take(principal: Principal, what: "requests" | "cost", amount: number): number {
    const { issuer, subject, act } = principal;
    const one = this.limits[what];
    const accounts: [string, Budget][] = [[`${what} ${issuer}\n${act ?? ""}\n${subject}`, one]];
    if (act !== undefined) {
      const times = this.limits.clientTimes;
      accounts.push([`${what} of ${issuer}\n${act}`, { burst: one.burst * times, perSecond: one.perSecond * times }]);
    }
    const atMs = this.clock.now().getTime();
    let wait = 0;
    const after = accounts.map(([key, budget]) => {
      const before = this.buckets.get(key) ?? { left: budget.burst, atMs };
      // A clock that was put back gives nothing, and takes nothing.
      const left = Math.min(budget.burst, before.left + (Math.max(0, atMs - before.atMs) / 1000) * budget.perSecond);
      // More than a whole budget is let in when the budget is whole, and paid off afterwards.
      const needed = Math.min(amount, budget.burst);
      if (left < needed) wait = Math.max(wait, Math.ceil((needed - left) / budget.perSecond));
      return { key, left, atMs };
    });
    for (const { key, left } of after) this.buckets.set(key, { left: wait === 0 ? left - amount : left, atMs });
    return wait;
  }

  /** Buckets in memory. */
  get size(): number {
    return this.buckets.size;
  }
}
