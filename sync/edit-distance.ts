/** Optimal string alignment distance (Damerau-Levenshtein with adjacent transpositions), given up above `atMost`. */
export function editDistance(one: string, other: string, atMost: number): number {
  if (one === other) return 0;
  if (Math.abs(one.length - other.length) > atMost) return atMost + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= other.length; column += 1) {
      const cost = one[row - 1] === other[column - 1] ? 0 : 1;
      let value = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + cost);
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        value = Math.min(value, beforeLast[column - 2]! + 1);
      }
      current.push(value);
      if (value < best) best = value;
    }
    if (best > atMost) return atMost + 1;
    beforeLast = last;
    last = current;
  }
  return last[other.length]!;
}

/** Jaro-Winkler similarity, 0-1: rewards a common beginning, as mistyped names have. */
export function jaroWinkler(one: string, other: string): number {
  if (one === other) return 1;
  if (one.length === 0 || other.length === 0) return 0;
  const reach = Math.max(0, Math.floor(Math.max(one.length, other.length) / 2) - 1);
  const used = new Array<boolean>(other.length).fill(false);
  const shared: string[] = [];
  for (let index = 0; index < one.length; index += 1) {
    const until = Math.min(other.length - 1, index + reach);
    for (let at = Math.max(0, index - reach); at <= until; at += 1) {
      if (used[at] || one[index] !== other[at]) continue;
      used[at] = true;
      shared.push(one[index]!);
      break;
    }
  }
  if (shared.length === 0) return 0;
  let transposed = 0;
  let next = 0;
  for (let at = 0; at < other.length; at += 1) {
    if (!used[at]) continue;
    if (other[at] !== shared[next]) transposed += 1;
    next += 1;
  }
  const matches = shared.length;
  const jaro = (matches / one.length + matches / other.length + (matches - transposed / 2) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && one[prefix] !== undefined && one[prefix] === other[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** One slip of the keyboard, or two in a long word. Short words have no room for slips: Ann and Amy are two people. */
export function isSlip(one: string, other: string): boolean {
  const length = Math.min(one.length, other.length);
  if (length < 4) return false;
  const slips = length >= 8 ? 2 : 1;
  return editDistance(one, other, slips) <= slips || (length >= 6 && jaroWinkler(one, other) >= 0.95);
}
