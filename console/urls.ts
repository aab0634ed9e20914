/** Every address of the console is made here, so that none is spelt twice. */
export const base = "/console";

export type Query = Readonly<Record<string, string | null | undefined>>;

export function href(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return `${base}${path}${text ? `?${text}` : ""}`;
}

export const urls = {
  queues: (query?: Query) => href("", query),
  connection: (id: string) => href(`/connections/${encodeURIComponent(id)}`),
  rows: (query: Query) => href("/rows", query),
  problems: (query?: Query) => href("/problems", query),
  problem: (code: string) => href(`/problems/${encodeURIComponent(code)}`),
  esr: (query?: Query) => href("/esr", query),
  esrFile: (name: string) => href(`/esr/${encodeURIComponent(name)}`),
  courses: (query?: Query) => href("/courses", query),
  course: (id: string, organisation: string) => href(`/courses/${encodeURIComponent(id)}`, { organisation }),
  preview: (id: string, organisation: string) => href(`/courses/${encodeURIComponent(id)}/preview`, { organisation }),
  apply: (organisation: string) => href("/courses/apply", { organisation }),
  held: () => href("/held"),
  heldOne: (id: string) => href(`/held/${encodeURIComponent(id)}`),
  decideHeld: (id: string, decision: "release" | "refuse") => href(`/held/${encodeURIComponent(id)}/${decision}`),
  replays: () => href("/replays"),
  replay: (id: string) => href(`/replays/${encodeURIComponent(id)}`),
  signIn: (next?: string) => href("/sign-in", { next }),
  signOut: () => href("/sign-out"),
  asset: (name: string) => href(`/assets/${name}`),
};

/** Where to go after signing in: a path of the console and nothing else, whatever was asked for. */
export function safeNext(next: string | null | undefined): string {
  return next && /^\/console(\/[\w./-]*)?(\?[\w.=&%+~:-]*)?$/.test(next) && !next.includes("//") && !next.includes("..") ? next : base;
}
