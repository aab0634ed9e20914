/** What every part of the population is built from. */
import { addDays, lastRotation, nextRotation } from "./days";
import { type Issuer, issuer } from "./identifiers";
import type { Ods } from "./organisations";
import { type Post, type Posts, postsOf, type RoleKey } from "./posts";
import { type Random, random } from "./random";

export interface World {
  readonly today: string;
  /** Start of the next rotation, and of the one that runs. */
  readonly rotation: string;
  readonly currentRotation: string;
  readonly rotationAfter: string;
  readonly chance: Random;
  readonly issue: Issuer;
  readonly posts: Readonly<Record<Ods, Posts>>;
  /** A number nobody else has, for ids inside the sandbox. */
  id(): string;
  post(odsCode: Ods, role: RoleKey): Post;
}

export function world(today: string, seed: string): World {
  const chance = random(seed);
  const issue = issuer(chance.fork("identifiers"));
  const rotation = nextRotation(today);
  let next = 99_000_000;
  const posts = { ZQA: postsOf("ZQA", issue), ZQB: postsOf("ZQB", issue), ZQC: postsOf("ZQC", issue), ZQD: postsOf("ZQD", issue) };
  return {
    today,
    rotation,
    currentRotation: lastRotation(today),
    rotationAfter: nextRotation(addDays(rotation, 1)),
    chance,
    issue,
    posts,
    id: () => {
      next += 1;
      return String(next);
    },
    post: (odsCode, role) => posts[odsCode].posts.find((post) => post.role === role && post.closed !== true)!,
  };
}
