/**
 * Where code looks at what somebody is: only access/ may, everything else asks it. Found in the syntax tree: a comparison, a
 * switch, a set or a table asked with a role or with an actor, under whatever name the role is held.
 */
import ts from "typescript";
import { roles } from "../../access/principal";
import { actors } from "../../access/vocabulary";

export interface RoleUse {
  readonly line: number;
  readonly text: string;
}

/** Also names of systems, of kinds of login and of schemas: as a bare word they say nothing about a role. */
const otherWords: ReadonlySet<string> = new Set(["self", "esr", "oh", "learning", "feed", "ops", "passport", "hr", "ESR", "SELF", "FEED"]);
const nouns: ReadonlySet<string> = new Set([...roles, ...actors].filter((word) => !otherWords.has(word)));
const questions: ReadonlySet<string> = new Set([
  "includes",
  "has",
  "get",
  "indexOf",
  "test",
  "match",
  "startsWith",
  "endsWith",
  "localeCompare",
]);
const isEquality = (kind: ts.SyntaxKind) =>
  kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
  kind === ts.SyntaxKind.ExclamationEqualsEqualsToken ||
  kind === ts.SyntaxKind.EqualsEqualsToken ||
  kind === ts.SyntaxKind.ExclamationEqualsToken;

function bare(node: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node))
    return bare(node.expression);
  if (
    ts.isBinaryExpression(node) &&
    (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken || node.operatorToken.kind === ts.SyntaxKind.BarBarToken)
  )
    return bare(node.left);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "String" && node.arguments.length === 1)
    return bare(node.arguments[0]!);
  return node;
}

/** `role`, and whose role it is before it: `askedRole`, `approvedByRole`. */
const saysRole = (name: string) => /(^r|R)ole$/.test(name);
const says = (name: string) => saysRole(name) || name === "actor";
const isAbsence = (node: ts.Expression) =>
  node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined") || ts.isTypeOfExpression(node);
const isNoun = (node: ts.Expression) => ts.isStringLiteralLike(node) && nouns.has(node.text);

export function roleUses(file: string, text: string): RoleUse[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const names = new Set<string>();
  const holds = (given: ts.Expression): boolean => {
    const node = bare(given);
    if (ts.isIdentifier(node)) return names.has(node.text) || says(node.text);
    if (ts.isPropertyAccessExpression(node)) return says(node.name.text);
    return ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression) && saysRole(node.argumentExpression.text);
  };
  // Held under another name: `{ role: as }`, `const as = principal.role`.
  const learn = (node: ts.Node): void => {
    if (ts.isBindingElement(node) && node.propertyName && says(node.propertyName.getText()) && ts.isIdentifier(node.name))
      names.add(node.name.text);
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) {
      const value = bare(node.initializer);
      if (!ts.isIdentifier(value) && holds(value)) names.add(node.name.text);
    }
    ts.forEachChild(node, learn);
  };
  learn(source);
  const found: RoleUse[] = [];
  const report = (node: ts.Node) =>
    found.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.getText().replace(/\s+/g, " ") });
  // A table of access itself is asked, not gone round.
  const ofAccess = new Set<string>();
  for (const line of source.statements) {
    if (!ts.isImportDeclaration(line) || !/\/access\//.test((line.moduleSpecifier as ts.StringLiteral).text)) continue;
    const bound = line.importClause?.namedBindings;
    if (bound && ts.isNamedImports(bound)) for (const { name } of bound.elements) ofAccess.add(name.text);
  }
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind)) {
      const [left, right] = [bare(node.left), bare(node.right)];
      const asked = (holds(left) && !isAbsence(right)) || (holds(right) && !isAbsence(left)) || isNoun(left) || isNoun(right);
      if (asked) report(node);
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) {
      if (holds(node.left) && !ofAccess.has(node.right.getText())) report(node);
    } else if (ts.isSwitchStatement(node) && holds(node.expression)) report(node.expression);
    else if (ts.isCaseClause(node) && isNoun(bare(node.expression))) report(node);
    else if (ts.isElementAccessExpression(node) && holds(node.argumentExpression) && !ofAccess.has(node.expression.getText())) report(node);
    else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && questions.has(node.expression.name.text)) {
      if (node.arguments.some((one) => holds(one) || isNoun(bare(one))) || holds(node.expression.expression)) report(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
