import { Card, Select, Tag } from "nhsuk-react-components";
import type { ReactNode } from "react";
import { owners, type StateWord } from "../states";
import { clockInWords, durationInWords, numberInWords } from "../words";

/** A state: always its word; the colour stands beside it only. */
export function StateTag({ state, words }: { state: string | null; words: Readonly<Record<string, StateWord>> }): ReactNode {
  const known = state === null ? undefined : words[state];
  return (
    <Tag className="console-tag" modifier={known?.colour ?? "grey"}>
      {known?.word ?? state ?? "Running"}
    </Tag>
  );
}

/** A number that leads to its rows; nought leads nowhere. */
export function LinkedNumber({ count, to, of }: { count: number; to: string | null; of: string }): ReactNode {
  if (count === 0 || to === null) return <span className="console-number">{numberInWords(count)}</span>;
  return (
    <a className="console-number" href={to}>
      {numberInWords(count)}
      <span className="nhsuk-u-visually-hidden"> {of}</span>
    </a>
  );
}

export function Owner({ owner }: { owner: string | null }): ReactNode {
  return owner === null ? <span className="console-quiet">nobody</span> : (owners[owner] ?? owner);
}

/** A sentence of ours; what stands between grave accents is a command or a field. */
export function Sentence({ text }: { text: string }): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

export function AsOf({ at }: { at: string }): ReactNode {
  return <p className="console-as-of">As of {clockInWords(at)}. Reload the page to count again.</p>;
}

export function NumberCard({ heading, children }: { heading: ReactNode; children: ReactNode }): ReactNode {
  return (
    <li>
      <Card>
        <Card.Heading className="console-card__number">{heading}</Card.Heading>
        <Card.Description>{children}</Card.Description>
      </Card>
    </li>
  );
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}
export function FilterSelect(props: { label: string; name: string; choices: readonly Choice[]; now: string }): ReactNode {
  return (
    <Select label={props.label} name={props.name} id={`filter-${props.name}`} defaultValue={props.now}>
      {props.choices.map(({ value, text }) => (
        <Select.Option key={value} value={value}>
          {text}
        </Select.Option>
      ))}
    </Select>
  );
}

/** "52 minutes of 2 hours": how far behind against how far it may be. */
export function BehindBy({ seconds, target }: { seconds: number | null; target: number }): ReactNode {
  return (
    <>
      {seconds === null ? "nothing read yet" : durationInWords(seconds)}
      <span className="console-table__note">target {durationInWords(target)}</span>
    </>
  );
}

export function Back({ to, children }: { to: string; children: ReactNode }): ReactNode {
  return (
    <a className="nhsuk-back-link" href={to}>
      {children}
    </a>
  );
}

export function Csrf({ token }: { token: string }): ReactNode {
  return <input type="hidden" name="csrf" value={token} />;
}

/** Forwards only: the first page is one link, the next another. */
export function Paging({ first, next }: { first: string | null; next: string | null }): ReactNode {
  if (first === null && next === null) return null;
  return (
    <nav aria-label="Pages">
      <ul className="nhsuk-list">
        {first === null ? null : (
          <li>
            <a href={first}>First page</a>
          </li>
        )}
        {next === null ? null : (
          <li>
            <a href={next}>Next page</a>
          </li>
        )}
      </ul>
    </nav>
  );
}
