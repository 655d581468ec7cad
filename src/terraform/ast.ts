import type { SourceRange } from './source.ts';

/** A step from a value to one of its parts: `.name`, `[key]` or the legacy `.0`. */
export type Step =
  | { kind: 'attribute'; name: string; range: SourceRange }
  | { kind: 'index'; key: Expression; range: SourceRange };

interface Node<Kind extends string> {
  kind: Kind;
  range: SourceRange;
}

export interface LiteralExpression extends Node<'literal'> {
  value: null | boolean | number | string;
}
/** `var.name`, `aws_sqs_queue.jobs[0].arn`, or a variable of a `for`: a name and the steps written after it. */
export interface ReferenceExpression extends Node<'reference'> {
  root: string;
  steps: Step[];
}
/** A step from anything that is not a reference: `f(x).name`, `(a)[0]`. */
export interface AccessExpression extends Node<'access'> {
  source: Expression;
  step: Step;
}
/** `source[*].each` or `source.*.each`; `each` contains one `splatItem`, which stands for the element. */
export interface SplatExpression extends Node<'splat'> {
  source: Expression;
  each: Expression;
}
export interface TemplateExpression extends Node<'template'> {
  parts: TemplatePart[];
}
export interface TupleExpression extends Node<'tuple'> {
  elements: Expression[];
}
export interface ObjectExpression extends Node<'object'> {
  items: { key: Expression; value: Expression }[];
}
export interface ForExpression extends Node<'for'> {
  keyName: string | undefined;
  valueName: string;
  collection: Expression;
  /** Present for `{for ... : key => value}`. */
  key: Expression | undefined;
  value: Expression;
  condition: Expression | undefined;
  /** `value...`: values with the same key are gathered in a list. */
  grouping: boolean;
}
export interface ConditionalExpression extends Node<'conditional'> {
  condition: Expression;
  whenTrue: Expression;
  whenFalse: Expression;
}
export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';
export interface BinaryExpression extends Node<'binary'> {
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}
export interface UnaryExpression extends Node<'unary'> {
  operator: '-' | '!';
  operand: Expression;
}
export interface CallExpression extends Node<'call'> {
  name: string;
  nameRange: SourceRange;
  args: Expression[];
  /** `f(list...)`: the last argument is a list of arguments. */
  expandLast: boolean;
}
/** `(inner)`, or `"${inner}"`, which Terraform also takes for the bare expression. */
export interface ParenthesesExpression extends Node<'parentheses'> {
  inner: Expression;
}

export type Expression =
  | LiteralExpression
  | ReferenceExpression
  | AccessExpression
  | SplatExpression
  | Node<'splatItem'>
  | TemplateExpression
  | TupleExpression
  | ObjectExpression
  | ForExpression
  | ConditionalExpression
  | BinaryExpression
  | UnaryExpression
  | CallExpression
  | ParenthesesExpression;

export type TemplatePart =
  | { kind: 'text'; text: string }
  | { kind: 'interpolation'; expression: Expression }
  | { kind: 'if'; condition: Expression; whenTrue: TemplatePart[]; whenFalse: TemplatePart[] }
  | {
      kind: 'for';
      keyName: string | undefined;
      valueName: string;
      collection: Expression;
      body: TemplatePart[];
    };

export interface Attribute {
  name: string;
  nameRange: SourceRange;
  value: Expression;
}
export interface Block {
  type: string;
  labels: string[];
  /** The type and the labels. */
  headerRange: SourceRange;
  body: Body;
}
export interface Body {
  attributes: Map<string, Attribute>;
  blocks: Block[];
  /** From the opening to the closing brace: its start is the place to complain about something missing. */
  range: SourceRange;
}

/** `resource "aws_sqs_queue" "jobs"`, as written. */
export function blockHeader(block: Pick<Block, 'type' | 'labels'>): string {
  return [block.type, ...block.labels.map((label) => `"${label}"`)].join(' ');
}

/** The parts of an expression that are expressions themselves. */
export function childExpressions(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'splatItem':
      return [];
    case 'reference':
      return expression.steps.flatMap((step) => (step.kind === 'index' ? [step.key] : []));
    case 'access':
      return expression.step.kind === 'index'
        ? [expression.source, expression.step.key]
        : [expression.source];
    case 'splat':
      return [expression.source, expression.each];
    case 'template':
      return templateExpressions(expression.parts);
    case 'tuple':
      return expression.elements;
    case 'object':
      return expression.items.flatMap(({ key, value }) =>
        key.kind === 'reference' ? [value] : [key, value],
      );
    case 'for':
      return [expression.collection, expression.key, expression.value, expression.condition].filter(
        (child) => child !== undefined,
      );
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
      return [expression.operand];
    case 'call':
      return expression.args;
    case 'parentheses':
      return [expression.inner];
  }
}

function templateExpressions(parts: readonly TemplatePart[]): Expression[] {
  const expressions: Expression[] = [];
  for (const part of parts) {
    if (part.kind === 'interpolation') expressions.push(part.expression);
    if (part.kind === 'if') {
      expressions.push(
        part.condition,
        ...templateExpressions(part.whenTrue),
        ...templateExpressions(part.whenFalse),
      );
    }
    if (part.kind === 'for') expressions.push(part.collection, ...templateExpressions(part.body));
  }
  return expressions;
}
