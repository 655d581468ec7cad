/**
 * HTTP routes of function apps: ASP.NET Core route templates, matched without regard to case.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export interface RouteTemplate {
  readonly text: string;
  /** Route values of a path (percent-decoded, without a leading slash), or `undefined` when it does not match. */
  match(path: string): Record<string, string> | undefined;
  /** Order in which templates are tried, lowest first: literal before constrained before free before catch-all. */
  readonly precedence: number;
}

interface Parameter {
  name: string;
  catchAll: boolean;
  optional: boolean;
  defaultValue: string | undefined;
  constraints: ((value: string) => boolean)[];
}

interface Segment {
  pattern: RegExp;
  parameters: Parameter[];
  precedence: number;
}

/** @throws when the template is malformed or has a constraint that routing does not know */
export function parseRoute(text: string): RouteTemplate {
  const segments = splitSegments(text).map((segment) => parseSegment(segment, text));
  return {
    text,
    precedence: segments.reduce((sum, segment, index) => sum + segment.precedence / 10 ** index, 0),
    match: (path) => matchSegments(segments, path === '' ? [] : path.replace(/\/$/, '').split('/')),
  };
}

/** A slash inside braces (of a regular expression) does not separate. */
function splitSegments(text: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text.replace(/^\/+|\/+$/g, '')) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === '/' && depth === 0) {
      segments.push(current);
      current = '';
    } else current += character;
  }
  return current === '' ? segments : [...segments, current];
}

const escaped = (literal: string) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function parseSegment(segment: string, template: string): Segment {
  const parameters: Parameter[] = [];
  let pattern = '';
  for (let rest = segment; rest !== ''; ) {
    if (!rest.startsWith('{')) {
      const literal = /^[^{]+/.exec(rest)?.[0] ?? rest;
      pattern += escaped(literal);
      rest = rest.slice(literal.length);
      continue;
    }
    const end = closingBrace(rest, template);
    const parameter = parseParameter(rest.slice(1, end), template);
    parameters.push(parameter);
    pattern += parameter.catchAll ? '(.*)' : '([^/]+)';
    rest = rest.slice(end + 1);
  }
  const constrained = parameters.some(({ constraints }) => constraints.length > 0);
  const catchAll = parameters.some((parameter) => parameter.catchAll);
  const whole = /^\{.*\}$/.test(segment);
  const precedence = parameters.length === 0 ? 1 : !whole ? 2 : (catchAll ? 5 : 3) - (constrained ? 1 : 0);
  return { pattern: new RegExp(`^${pattern}$`, 'i'), parameters, precedence };
}

function closingBrace(text: string, template: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '{') depth++;
    if (text[index] === '}' && --depth === 0) return index;
  }
  throw new Error(`Route template "${template}" has an unclosed brace.`);
}

function parseParameter(text: string, template: string): Parameter {
  const [, stars = '', name = '', constraintText = '', defaultValue, question] =
    /^(\*{0,2})([^:=?*]+)((?::(?:[^:=?(]+(?:\(.*?\)(?=$|[:=?]))?))*)(?:=(.*?))?(\?)?$/.exec(text) ?? [];
  if (name === '') throw new Error(`Route template "${template}" has a malformed parameter "{${text}}".`);
  const constraints = [...constraintText.matchAll(/:([^:(]+)(?:\((.*?)\)(?=$|:))?/g)].map(
    ([, kind = '', argument]) => constraint(kind.trim(), argument, template),
  );
  return {
    name,
    catchAll: stars !== '',
    optional: question === '?' || defaultValue !== undefined,
    defaultValue,
    constraints,
  };
}

const WHOLE_NUMBER = /^[+-]?\d+$/;
const INT_LIMIT = 2 ** 31;

function constraint(
  kind: string,
  argument: string | undefined,
  template: string,
): (value: string) => boolean {
  const [first = Number.NaN, second = first] = (argument ?? '').split(',').map(Number);
  switch (kind) {
    case 'int':
      return (value) => WHOLE_NUMBER.test(value) && Number(value) >= -INT_LIMIT && Number(value) < INT_LIMIT;
    case 'long':
      return (value) =>
        WHOLE_NUMBER.test(value) &&
        BigInt.asIntN(64, BigInt(value.replace('+', ''))) === BigInt(value.replace('+', ''));
    case 'guid':
      return (value) => /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(value);
    case 'bool':
      return (value) => /^(?:true|false)$/i.test(value);
    case 'datetime':
      return (value) => !Number.isNaN(Date.parse(value));
    case 'decimal':
    case 'double':
    case 'float':
      return (value) => value !== '' && Number.isFinite(Number(value));
    case 'alpha':
      return (value) => /^[a-z]*$/i.test(value);
    case 'length':
      return (value) => value.length >= first && value.length <= second;
    case 'minlength':
      return (value) => value.length >= first;
    case 'maxlength':
      return (value) => value.length <= first;
    case 'min':
      return (value) => WHOLE_NUMBER.test(value) && Number(value) >= first;
    case 'max':
      return (value) => WHOLE_NUMBER.test(value) && Number(value) <= first;
    case 'range':
      return (value) => WHOLE_NUMBER.test(value) && Number(value) >= first && Number(value) <= second;
    case 'required':
      return (value) => value !== '';
    case 'regex': {
      const expression = new RegExp((argument ?? '').replaceAll('{{', '{').replaceAll('}}', '}'), 'i');
      return (value) => expression.test(value);
    }
    default:
      throw new Error(`Route template "${template}" has the unknown constraint "${kind}".`);
  }
}

function matchSegments(segments: Segment[], parts: string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const [only] = segment.parameters;
    const catchAll = segment.parameters.some((parameter) => parameter.catchAll);
    const part = catchAll ? parts.slice(index).join('/') : parts[index];
    if (part === undefined || (part === '' && !catchAll)) {
      if (!only?.optional || segment.parameters.length > 1) return undefined;
      if (only.defaultValue !== undefined) values[only.name] = only.defaultValue;
      continue;
    }
    const match = segment.pattern.exec(part);
    if (!match) return undefined;
    for (const [position, parameter] of segment.parameters.entries()) {
      const value = match[position + 1] ?? '';
      if (!parameter.constraints.every((holds) => holds(value))) return undefined;
      if (value !== '') values[parameter.name] = value;
      else if (parameter.defaultValue !== undefined) values[parameter.name] = parameter.defaultValue;
    }
    if (catchAll) return values;
  }
  return parts.length > segments.length ? undefined : values;
}
