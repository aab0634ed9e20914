/** Every operation the console asks: the gateway answers no other in production. */
import { applyQuestion, coursesQuestion, organisationsQuestion, previewQuestion } from "./course-questions";
import { causesQuestion, esrFileQuestion, esrQuestion, problemsQuestion, queuesQuestion, rowsQuestion, systemQuestion } from "./questions";
import { decideQuestions, heldListQuestion, heldQuestion, replayQuestion, replaysQuestion } from "./recovery-questions";

export const consoleOperations: readonly string[] = [
  queuesQuestion,
  systemQuestion,
  causesQuestion,
  problemsQuestion,
  rowsQuestion,
  esrQuestion,
  esrFileQuestion,
  heldListQuestion,
  heldQuestion,
  ...Object.values(decideQuestions),
  replaysQuestion,
  replayQuestion,
  organisationsQuestion,
  coursesQuestion,
  previewQuestion,
  applyQuestion,
];
