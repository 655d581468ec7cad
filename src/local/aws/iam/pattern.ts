// Wildcards and policy variables in policy elements.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** The value of a condition key (lower case) for this call, or nothing when the call has none. */
export type ContextLookup = (key: string) => readonly string[] | undefined;

/** Private-use characters stand for the wildcards, so that a `*` that a variable brings in stays a plain star. */
const ANY = '\uE000';
const ONE = '\uE001';
const anyWildcard = /[\uE000\uE001]/;

type Part = string | { key: string; otherwise?: string };

/** A policy element's value, ready to be compared. */
export interface Pattern {
  /** As written. */
  readonly text: string;
  /** Condition keys of its variables, in lower case. */
  readonly variables: readonly string[];
  /** With wildcards marked and variables filled in; `undefined` when the call has no value for one of them. */
  resolve(lookup: ContextLookup): string | undefined;
}

/** `withVariables` is false for policies of a version before 2012-10-17, where `${` is plain text. */
export function pattern(text: string, withVariables: boolean): Pattern {
  const parts: Part[] = [];
  const pieces = withVariables ? text.split(/(\$\{[^}]*\})/) : [text];
  for (const piece of pieces)
    parts.push(piece.startsWith('${') && withVariables ? variable(piece) : marked(piece));
  const variables = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.key]));
  if (variables.length === 0) {
    const fixed = parts.join('');
    return { text, variables, resolve: () => fixed };
  }
  return {
    text,
    variables,
    resolve(lookup) {
      let resolved = '';
      for (const part of parts) {
        const value = typeof part === 'string' ? part : (single(lookup(part.key)) ?? part.otherwise);
        if (value === undefined) return undefined;
        resolved += value;
      }
      return resolved;
    },
  };
}

const marked = (text: string) => text.replaceAll('*', ANY).replaceAll('?', ONE);

/** A variable stands for one value: a key with several has none. */
const single = (values: readonly string[] | undefined) => (values?.length === 1 ? values[0] : undefined);

function variable(piece: string): Part {
  const inner = piece.slice(2, -1);
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const withDefault = /^\s*([^,]+?)\s*,\s*'([^']*)'\s*$/.exec(inner);
  return withDefault?.[1] !== undefined && withDefault[2] !== undefined
    ? { key: withDefault[1].toLowerCase(), otherwise: withDefault[2] }
    : { key: inner.trim().toLowerCase() };
}

/** Whether `text` is what the resolved pattern describes: every `*` any characters, every `?` one. */
export function matchesWildcards(resolved: string, text: string): boolean {
  if (resolved === ANY) return true;
  let at = 0;
  let from = 0;
  let star = -1;
  let starFrom = 0;
  while (from < text.length) {
    if (at < resolved.length && resolved[at] === ANY) {
      star = at++;
      starFrom = from;
    } else if (at < resolved.length && (resolved[at] === ONE || resolved[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++starFrom;
    } else return false;
  }
  while (at < resolved.length && resolved[at] === ANY) at++;
  return at === resolved.length;
}

/**
 * Wildcards of an ARN stay inside their segment, except that the last segment of the pattern stands for all
 * that remains: `arn:aws:dynamodb:*` means every ARN of DynamoDB.
 */
export function matchesArn(resolved: string, arn: string): boolean {
  const literalLength = resolved.search(anyWildcard);
  if (literalLength < 0) return resolved === arn;
  if (!arn.startsWith(resolved.slice(0, literalLength))) return false;
  const wanted = segments(resolved, 6);
  const given = segments(arn, wanted.length);
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => matchesWildcards(segment, given[index] ?? ''))
  );
}

/** Splits at colons into at most `limit` segments; the last one keeps its colons. */
function segments(arn: string, limit: number): string[] {
  const found: string[] = [];
  let from = 0;
  for (let colon = arn.indexOf(':'); colon >= 0 && found.length < limit - 1; colon = arn.indexOf(':', from)) {
    found.push(arn.slice(from, colon));
    from = colon + 1;
  }
  found.push(arn.slice(from));
  return found;
}

/** The resolved form read as plain text, for operators without wildcards. */
export const literal = (resolved: string) => resolved.replaceAll(ANY, '*').replaceAll(ONE, '?');
