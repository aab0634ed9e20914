import type { Page, Refusal } from "./page";
import { urls } from "./urls";

const texts: Readonly<Record<number, { readonly title: string; readonly say: string }>> = {
  400: {
    title: "That cannot be read",
    say: "The address or the form has something in it that this page does not know. Go back and try again.",
  },
  403: {
    title: "Not permitted",
    say: "Your role may not see this page, or the form is no longer valid. Go back, reload the page and try again.",
  },
  404: { title: "Page not found", say: "There is no such page, or it is not one of yours." },
  405: { title: "Not possible here", say: "This address answers to another method." },
  413: { title: "Form too large", say: "What was sent is larger than any form of this console." },
  415: { title: "Not a form", say: "This address takes the forms of this console and nothing else." },
  421: { title: "Wrong address", say: "The console answers to its own address only." },
  500: { title: "Something has failed", say: "The hub could not answer. It has been logged; try again in a minute." },
};

export function errorPage(status: Refusal["status"] | 500): Page {
  const { title, say } = texts[status] ?? texts[500]!;
  return {
    status,
    title,
    body: (
      <>
        <h1 className="nhsuk-heading-l">{title}</h1>
        <p>{say}</p>
        <p>
          <a href={urls.queues()}>Go to the sync queues</a>
        </p>
      </>
    ),
  };
}
