import { OperandReader } from './operand.ts';
import { Projection } from './path.ts';
import type { ExpressionScope } from './scope.ts';
import { TokenReader } from './tokens.ts';

/** Parses a ProjectionExpression: document paths between commas, none of them inside another. */
export function parseProjection(text: string, scope: ExpressionScope): Projection {
  const reader = new OperandReader(new TokenReader('ProjectionExpression', text), scope);
  const paths = [reader.path()];
  while (reader.tokens.skip(',')) paths.push(reader.path());
  reader.tokens.expectEnd();
  reader.noteClashes(paths);
  reader.expectNoMistake(['reserved word', 'name', 'overlap', 'conflict']);
  return new Projection(paths);
}
