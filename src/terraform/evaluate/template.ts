import type { TemplateExpression, TemplatePart } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';
import { Unknown } from '../stack.ts';
import type { Value } from '../value.ts';
import { asCondition, asString, evaluate } from './expression.ts';
import { iterateDirective } from './for.ts';
import { mark, unmark } from './marks.ts';
import type { Scope } from './scope.ts';

interface Rendering {
  text: string;
  sensitive: boolean;
  unknown: Unknown | undefined;
}

/** The text of a template; unknown if any part of it is, sensitive likewise. */
export function evaluateTemplate({ parts }: TemplateExpression, scope: Scope): Value {
  const rendering: Rendering = { text: '', sensitive: false, unknown: undefined };
  render(parts, scope, rendering);
  const { text, sensitive, unknown } = rendering;
  return mark(unknown === undefined ? text : new Unknown(unknown.from, 'string'), sensitive);
}

function render(parts: readonly TemplatePart[], scope: Scope, into: Rendering): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        into.text += part.text;
        break;
      case 'interpolation':
        into.text += interpolated(plain(evaluate(part.expression, scope), into), part.expression.range, into);
        break;
      case 'if': {
        const condition = plain(evaluate(part.condition, scope), into);
        const chosen = asCondition(condition, part.condition.range, 'condition');
        if (chosen !== undefined) render(chosen ? part.whenTrue : part.whenFalse, scope, into);
        else if (condition instanceof Unknown) into.unknown ??= condition;
        break;
      }
      case 'for': {
        const { scopes, unknown, sensitive } = iterateDirective(part, scope);
        into.sensitive ||= sensitive;
        into.unknown ??= unknown;
        for (const inner of scopes) render(part.body, inner, into);
      }
    }
  }
}

function plain(value: Value, into: Rendering): Value {
  const unmarked = unmark(value);
  into.sensitive ||= unmarked.sensitive;
  return unmarked.value;
}

function interpolated(value: Value, range: SourceRange, into: Rendering): string {
  if (value === null) {
    throw terraformError(
      'Invalid template interpolation value',
      'The expression result is null. Cannot include a null value in a string template.',
      range,
    );
  }
  if (value instanceof Unknown) {
    into.unknown ??= value;
    return '';
  }
  return asString(
    value,
    range,
    'Invalid template interpolation value',
    (problem) => `Cannot include the given value in a string template: ${problem}.`,
  );
}
