/** What people decide about who may see their record, and what HR says of whom it has: the store's part for it. */
import type { Pool } from "pg";
import { type ClientApprovals, createClientApprovals } from "./client-approvals";
import { type CopyRequests, createCopyRequests } from "./copy-requests";
import { createEngagements, type Engagements } from "./engagements";
import { createFeedAcceptances, type FeedAcceptances } from "./feed-acceptances";
import { createObjections, type Objections } from "./objections";
import { createShares, type Shares } from "./shares";
import { createTransfers, type Transfers } from "./transfers";

export interface MovementDecisions {
  readonly engagements: Engagements;
  readonly shares: Shares;
  readonly transfers: Transfers;
  readonly objections: Objections;
  readonly clientApprovals: ClientApprovals;
  readonly copyRequests: CopyRequests;
  readonly feedAcceptances: FeedAcceptances;
}

export function createMovementDecisions(pool: Pool): MovementDecisions {
  return {
    engagements: createEngagements(pool),
    shares: createShares(pool),
    transfers: createTransfers(pool),
    objections: createObjections(pool),
    clientApprovals: createClientApprovals(pool),
    copyRequests: createCopyRequests(pool),
    feedAcceptances: createFeedAcceptances(pool),
  };
}
