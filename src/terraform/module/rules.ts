import type { Diagnostic } from '../diagnostics.ts';
import { terraformError } from '../diagnostics.ts';
import { asCondition, evaluate } from '../evaluate/expression.ts';
import { unmark } from '../evaluate/marks.ts';
import type { Scope } from '../evaluate/scope.ts';
import { visibleText } from '../evaluation.ts';
import { describeRange } from '../source.ts';
import type { CheckRule } from './configuration.ts';

/** The first rule that does not hold, as a diagnostic; a condition that is still unknown counts as holding. */
export function firstBrokenRule(
  rules: readonly CheckRule[],
  scope: Scope,
  summary: string,
  checkedBy?: string,
): Diagnostic | undefined {
  for (const rule of rules) {
    const condition = unmark(evaluate(rule.condition, scope)).value;
    if (asCondition(condition, rule.condition.range, 'condition') !== false) continue;
    const message =
      visibleText(evaluate(rule.errorMessage, scope)) ?? 'Failed to evaluate the error message.';
    const origin =
      checkedBy === undefined ? '' : `\n\nThis was checked by ${checkedBy} at ${describeRange(rule.range)}.`;
    return { summary, detail: `${message}${origin}`, range: rule.condition.range };
  }
  return undefined;
}

/** Throws a `TerraformError` with the message of the first rule that does not hold. */
export function enforceRules(rules: readonly CheckRule[], scope: Scope, summary: string): void {
  const broken = firstBrokenRule(rules, scope, summary);
  if (broken !== undefined) throw terraformError(broken.summary, broken.detail, broken.range);
}
