/** Deeper than any vendor's answer; a recursive reader of 10^5 levels would exhaust the stack. */
const defaultDepth = 64;

/** Members of one list or object. Within the limit of bytes a list could still have millions, and each costs far more than its bytes. */
export const mostMembers = 100_000;

/** JSON, and more of it than anybody should hold. */
export class TooManyMembers extends SyntaxError {}

const quote = 0x22;
const backslash = 0x5c;

/**
 * JSON that cannot hurt: bounded depth, no `__proto__`, and whole numbers beyond 2^53 kept as strings (an id that was
 * rounded is another person's id). Throws a plain SyntaxError when it is not JSON: the caller knows the host.
 */
export function parseJson(text: string, maxDepth = defaultDepth): unknown {
  let depth = 0;
  const members: number[] = [];
  const unsafe: [number, number][] = [];
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === quote) i = endOfString(text, i);
    else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`);
      members[depth] = 1;
    } else if (c === 0x2c) {
      if (++members[depth]! > mostMembers) throw new TooManyMembers(`more than ${mostMembers} in one list`);
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
    else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = i;
      let whole = true;
      for (i += 1; i < text.length; i += 1) {
        const d = text.charCodeAt(i);
        if (d >= 0x30 && d <= 0x39) continue;
        if (d === 0x2e || d === 0x45 || d === 0x65 || d === 0x2b || d === 0x2d) {
          whole = false;
          continue;
        }
        break;
      }
      if (whole && i - start >= 16 && !Number.isSafeInteger(Number(text.slice(start, i)))) unsafe.push([start, i]);
      i -= 1;
    }
  }
  let safe = text;
  if (unsafe.length > 0) {
    const parts: string[] = [];
    let at = 0;
    for (const [start, end] of unsafe) {
      parts.push(text.slice(at, start), '"', text.slice(start, end), '"');
      at = end;
    }
    parts.push(text.slice(at));
    safe = parts.join("");
  }
  // The reviver costs time, so it runs only where a dangerous key is possible at all (also written with \u escapes).
  return /__proto__|constructor|\\u00[5-7]/i.test(safe) ? JSON.parse(safe, dropPrototypeKeys) : JSON.parse(safe);
}

/** Position of the quote that ends a string. Most of a page is inside strings, so the search is left to the engine. */
function endOfString(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    // An even number of backslashes escape each other, not the quote.
    if ((at - before) % 2 === 1) return at;
  }
}

function dropPrototypeKeys(key: string, value: unknown): unknown {
  if (key === "__proto__") return undefined;
  if (key === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype")) return undefined;
  return value;
}
