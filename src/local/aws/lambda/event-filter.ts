// The filters of event source mappings.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
import {
  type EventPattern,
  eventSourceMappingDialect,
  isObject,
  parseEventPattern,
} from '../event-pattern/event-pattern.ts';

/** A checked filter pattern. */
export type FilterPattern = EventPattern;

/** Reads a pattern. @throws Error that names what is not valid in it */
export const parseFilterPattern = (text: string): FilterPattern =>
  parseEventPattern(text, eventSourceMappingDialect);

/**
 * Whether a record of a queue passes at least one filter. The body is compared as JSON with an object and as text with
 * a list; a record whose body is of the other kind does not pass.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function recordPasses<SourceRecord extends { readonly body: string }>(
  patterns: readonly FilterPattern[],
  record: SourceRecord,
): boolean {
  if (patterns.length === 0) return true;
  const json = parsedObject(record.body);
  return patterns.some((pattern) => {
    if (isObject(pattern.source.body))
      return json !== undefined && pattern.matches({ ...record, body: json });
    if (Array.isArray(pattern.source.body) && json !== undefined) return false;
    return pattern.matches(record);
  });
}

function parsedObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
