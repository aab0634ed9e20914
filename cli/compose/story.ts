/** What the demonstration's people have said by the time somebody looks: each once, through the graph and its decisions, as anybody would. */
import type { Principal } from "../../access/principal";
import type { Sandbox } from "../../sandbox/sandbox";
import { hrOf, stateEngagement } from "../commands/engagements";
import type { Foundation } from "./foundation";
import type { Graph } from "./graph";
import { selfPrincipal } from "./movement";

export const findQuery = `query Find($number: String!, $organisation: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: $organisation) { id } }`;
export const answersQuery = "query Answers { me { transfers { organisation { odsCode } answer } } }";
export const answerTransfer = "mutation AnswerTransfer($input: AnswerTransferInput!) { answer: answerTransfer(input: $input) { state } }";

interface Story {
  readonly locallyEmployed: { readonly organisation: string; readonly number: string; readonly startsOn: string };
  readonly transfers: readonly { readonly organisation: string; readonly number: string; readonly answer: "YES" | "NO" }[];
}

/** Employee numbers are those of Eastmoor: its HR tells of the doctor on local terms, and the offers are its own. */
function storyOf({ population }: Sandbox): Story {
  const organisation = "ZQB" as const;
  const at = (key: string) => population.named(key).employments.find((one) => one.organisation === organisation)!;
  const kwame = at("kwame-boateng");
  return {
    locallyEmployed: { organisation, number: kwame.employeeNumber, startsOn: kwame.hiredOn },
    transfers: [
      { organisation, number: at("tomasz-zielinski").employeeNumber, answer: "YES" },
      { organisation, number: at("priya-raman").employeeNumber, answer: "NO" },
    ],
  };
}

/** Says it once: what was said before is found as it is. */
export async function letPeopleSay(graph: Graph, foundation: Foundation, sandbox: Sandbox): Promise<string> {
  const story = storyOf(sandbox);
  const find = async (number: string, organisation: string): Promise<string | undefined> =>
    (await graph.ask<{ staffMemberByIdentifier: { id: string } | null }>(findQuery, { number, organisation }, hrOf(organisation)))
      .staffMemberByIdentifier?.id;
  const said = async (query: string, input: object, principal: Principal) =>
    (await graph.tell<{ answer: unknown }>(query, { input }, principal)).data?.answer != null;
  let done = 0;
  const { organisation, number, startsOn } = story.locallyEmployed;
  const doctor = await find(number, organisation);
  if (doctor) {
    const reason = "Employed on Eastmoor's own terms; not in a training programme";
    done += Number(await said(stateEngagement, { staffMember: doctor, kind: "LOCALLY_EMPLOYED", startsOn, reason }, hrOf(organisation)));
  }
  for (const it of story.transfers) {
    const person = await find(it.number, it.organisation);
    if (!person) continue;
    const known = await graph.ask<{
      me: { transfers: readonly { organisation: { odsCode: string }; answer: string | null }[] | null } | null;
    }>("query Answers { me { transfers { organisation { odsCode } answer } } }", {}, selfPrincipal(person));
    // Whoever has answered otherwise since is not asked again.
    if (known.me?.transfers?.some(({ organisation: at, answer }) => at.odsCode === it.organisation && answer !== null)) done++;
    else done += Number(await said(answerTransfer, { organisation: it.organisation, answer: it.answer }, selfPrincipal(person)));
  }
  foundation.log.debug({ said: done }, "The demonstration's people have said what they say");
  return `People of the story: ${done} of ${1 + story.transfers.length} statements stand (a doctor on local terms, a Yes and a No to a transfer).`;
}
