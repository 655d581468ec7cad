import { invalid } from './storage-error.ts';

type Mask = Map<string, Mask | undefined>;

/**
 * Leaves of `value` what `fields` names: `kind,items(name,metadata/key)`.
 * https://docs.cloud.google.com/storage/docs/json_api#partial-response
 *
 * @throws StorageError for an expression that is not well-formed
 */
export function partialResponse(value: unknown, fields: string): unknown {
  const tokens = fields.match(/[^,()/]+|[,()/]/g) ?? [];
  const mask = parse(tokens);
  if (tokens.length > 0) throw invalid(`Invalid field selection ${fields}`);
  return select(value, mask);
}

/** Consumes the tokens up to the end or a closing parenthesis. */
function parse(tokens: string[]): Mask {
  const mask: Mask = new Map();
  while (tokens.length > 0 && tokens[0] !== ')') {
    const name = tokens.shift() ?? '';
    mask.set(name.trim(), inner(tokens));
    if (tokens[0] === ',') tokens.shift();
  }
  return mask;
}

function inner(tokens: string[]): Mask | undefined {
  if (tokens[0] === '/') {
    tokens.shift();
    const name = tokens.shift() ?? '';
    return new Map([[name, inner(tokens)]]);
  }
  if (tokens[0] !== '(') return undefined;
  tokens.shift();
  const mask = parse(tokens);
  if (tokens.shift() !== ')') throw invalid('Invalid field selection: a parenthesis is not closed');
  return mask;
}

function select(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item) => select(item, mask));
  if (value === null || typeof value !== 'object') return value;
  if (mask.has('*')) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (!mask.has(name)) return [];
      const deeper = mask.get(name);
      return [[name, deeper ? select(member, deeper) : member]];
    }),
  );
}
