import {
  type Body,
  childExpressions,
  type Expression,
  type ReferenceExpression,
  type TemplatePart,
} from './ast.ts';

type Names = ReadonlySet<string>;
const none: Names = new Set();

/** The references in an expression to what the module declares: without the variables that a `for` binds. */
export function referencesIn(expression: Expression | undefined, bound: Names = none): ReferenceExpression[] {
  const found: ReferenceExpression[] = [];
  if (expression !== undefined) collect(expression, bound, found);
  return found;
}

/** The references in all arguments of a body, with its nested and `dynamic` blocks. */
export function referencesInBody(body: Body, bound: Names = none): ReferenceExpression[] {
  const found: ReferenceExpression[] = [];
  for (const { value } of body.attributes.values()) collect(value, bound, found);
  for (const block of body.blocks) {
    if (block.type === 'dynamic')
      found.push(...referencesInDynamic(block.labels[0] ?? '', block.body, bound));
    else found.push(...referencesInBody(block.body, bound));
  }
  return found;
}

function referencesInDynamic(label: string, body: Body, bound: Names): ReferenceExpression[] {
  const inner = new Set(bound).add(iteratorName(label, body));
  const found: ReferenceExpression[] = [];
  for (const { name, value } of body.attributes.values()) {
    if (name === 'for_each') collect(value, bound, found);
    if (name === 'labels') collect(value, inner, found);
  }
  for (const block of body.blocks) found.push(...referencesInBody(block.body, inner));
  return found;
}

/** The name under which a `dynamic` block knows its current element: its label, or what `iterator` says. */
export function iteratorName(label: string, body: Body): string {
  const iterator = body.attributes.get('iterator')?.value;
  return iterator?.kind === 'reference' ? iterator.root : label;
}

function collect(expression: Expression, bound: Names, found: ReferenceExpression[]): void {
  switch (expression.kind) {
    case 'for': {
      collect(expression.collection, bound, found);
      const inner = withNames(bound, expression.keyName, expression.valueName);
      for (const part of [expression.key, expression.value, expression.condition]) {
        if (part !== undefined) collect(part, inner, found);
      }
      return;
    }
    case 'template':
      collectFromTemplate(expression.parts, bound, found);
      return;
    case 'reference':
      if (!bound.has(expression.root)) found.push(expression);
  }
  for (const child of childExpressions(expression)) collect(child, bound, found);
}

function collectFromTemplate(
  parts: readonly TemplatePart[],
  bound: Names,
  found: ReferenceExpression[],
): void {
  for (const part of parts) {
    if (part.kind === 'interpolation') collect(part.expression, bound, found);
    if (part.kind === 'if') {
      collect(part.condition, bound, found);
      collectFromTemplate([...part.whenTrue, ...part.whenFalse], bound, found);
    }
    if (part.kind === 'for') {
      collect(part.collection, bound, found);
      collectFromTemplate(part.body, withNames(bound, part.keyName, part.valueName), found);
    }
  }
}

function withNames(bound: Names, keyName: string | undefined, valueName: string): Names {
  const names = new Set(bound).add(valueName);
  return keyName === undefined ? names : names.add(keyName);
}
