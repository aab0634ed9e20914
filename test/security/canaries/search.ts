/** Looks for thousands of canaries at once, in plain, base64, URL, JSON and hexadecimal forms. */

export const forms = ["plain", "base64", "url", "json", "hex"] as const;
export type Form = (typeof forms)[number];

export interface Hit {
  readonly canary: string;
  readonly form: Form;
  /** A few characters around it, the canary itself taken out. */
  readonly around: string;
}

const indexLength = 5;

/** What of a text's base64 does not depend on what stands around it, for each of the three places it may begin at. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const from = Math.ceil((shift * 4) / 3);
    // The last character also holds bits of what follows.
    const until = encoded.length - ((bytes.length + shift) % 3 === 0 ? 0 : 1);
    const stable = encoded.slice(from, until);
    return [stable, stable.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function jsonForm(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function formsOf(canary: string): [string, Form][] {
  const writings = new Set([canary, canary.normalize("NFD"), canary.toLowerCase(), canary.toUpperCase(), plainLetters(canary)]);
  const found: [string, Form][] = [];
  for (const text of writings) {
    found.push([text, "plain"], [encodeURIComponent(text), "url"], [jsonForm(text), "json"]);
    found.push([Buffer.from(text, "utf8").toString("hex"), "hex"]);
    for (const encoded of base64Forms(text)) found.push([encoded, "base64"]);
  }
  return found;
}

/** As a system without accents keeps it. */
function plainLetters(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

export class Net {
  private readonly byStart = new Map<string, [text: string, canary: string, form: Form][]>();

  constructor(canaries: Iterable<string>) {
    for (const canary of canaries) {
      const known = new Set<string>();
      for (const [text, form] of formsOf(canary)) {
        // Plain first: what is the same in another form is told as plain.
        if (known.has(text) || text.length < indexLength) continue;
        known.add(text);
        const start = text.slice(0, indexLength);
        const list = this.byStart.get(start) ?? [];
        list.push([text, canary, form]);
        this.byStart.set(start, list);
      }
    }
  }

  /** Each canary once. */
  search(text: string): Hit[] {
    const hits = new Map<string, Hit>();
    for (let i = 0; i + indexLength <= text.length; i += 1) {
      const candidates = this.byStart.get(text.slice(i, i + indexLength));
      if (!candidates) continue;
      for (const [form, canary, name] of candidates) {
        if (hits.has(canary) || !text.startsWith(form, i) || !standsAlone(form, text, i)) continue;
        const around = `${text.slice(Math.max(0, i - 60), i)}<canary>${text.slice(i + form.length, i + form.length + 40)}`;
        hits.set(canary, { canary, form: name, around: around.replaceAll(/\s+/g, " ") });
      }
    }
    return [...hits.values()];
  }
}

/** A number inside a longer one is another number. */
function standsAlone(found: string, text: string, at: number): boolean {
  if (!/^[\d.]+$/.test(found)) return true;
  return !/[\d.]/.test(text[at - 1] ?? "") && !/\d/.test(text[at + found.length] ?? "");
}
