/** What one vendor may take of the door, so that the others find room: bodies in memory, and requests in a while. */
import type { Clock } from "../../platform/clock";

export interface RoomLimits {
  /** Of all callers together. */
  readonly bytes: number;
  readonly callerBytes: number;
  readonly callerRequests: number;
}

/** Bytes of bodies that are on their way or held. Who has not proved anything yet has a small part of it only. */
export class Room {
  private bytes = 0;
  private readonly callers = new Map<string, { bytes: number; requests: number }>();

  constructor(private readonly limits: RoomLimits) {}

  /** Gives what ends the stay; "caller": this one has enough; "all": there is no room for anybody. */
  enter(caller: string, bytes: number): (() => void) | "caller" | "all" {
    const held = this.callers.get(caller) ?? { bytes: 0, requests: 0 };
    const { callerBytes, callerRequests } = this.limits;
    if (held.requests >= callerRequests || (held.requests > 0 && held.bytes + bytes > callerBytes)) return "caller";
    if (this.bytes > 0 && this.bytes + bytes > this.limits.bytes) return "all";
    held.bytes += bytes;
    held.requests += 1;
    this.bytes += bytes;
    this.callers.set(caller, held);
    return () => {
      held.bytes -= bytes;
      held.requests -= 1;
      this.bytes -= bytes;
      if (held.requests === 0 && this.callers.get(caller) === held) this.callers.delete(caller);
    };
  }
}

export interface PaceLimits {
  /** Requests that may come at once after a rest. */
  readonly burst: number;
  /** Requests that may come for ever. */
  readonly perSecond: number;
}

/** A bucket of tokens for each caller. Only those known to be somebody get one, so that their number is bounded. */
export class Pace {
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(
    private readonly limits: PaceLimits,
    private readonly clock: Clock,
  ) {}

  /** Seconds to wait; 0 when it may come in now. */
  take(caller: string): number {
    const { burst, perSecond } = this.limits;
    const atMs = this.clock.now().getTime();
    const before = this.buckets.get(caller) ?? { tokens: burst, atMs };
    // A clock that was put back gives nothing, and takes nothing.
    const tokens = Math.min(burst, before.tokens + (Math.max(0, atMs - before.atMs) / 1000) * perSecond);
    this.buckets.set(caller, { tokens: tokens < 1 ? tokens : tokens - 1, atMs });
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / perSecond)) : 0;
  }
}
