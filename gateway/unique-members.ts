/**
 * Whether an object's own members have different names. JSON.parse takes the last of two and other parsers the first: a token that
 * says two things is refused, rather than believed in one of them.
 */
export function hasUniqueMembers(json: string): boolean {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    else if (char === '"') {
      const begin = at;
      for (at += 1; at < json.length && json[at] !== '"'; at++) if (json[at] === "\\") at += 1;
      if (depth !== 1 || !/^\s*:/.test(json.slice(at + 1, at + 200))) continue;
      const name = JSON.parse(json.slice(begin, at + 1)) as string;
      if (seen.has(name)) return false;
      seen.add(name);
    }
  }
  return true;
}
