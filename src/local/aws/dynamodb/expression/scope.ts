import { AwsError } from '../../service.ts';
import { type AttributeValue, readAttributeValue } from '../attribute-value.ts';
import { invalid } from '../errors.ts';

const namePattern = /^#[0-9a-zA-Z_]+$/;
const valuePattern = /^:[0-9a-zA-Z_]+$/;

export interface ExpressionAttributes {
  ExpressionAttributeNames?: { [placeholder: string]: string } | undefined;
  ExpressionAttributeValues?: { [placeholder: string]: unknown } | undefined;
}

/** What the placeholders of one request stand for, and which of them its expressions used. */
export class ExpressionScope {
  readonly #names: Map<string, string> | undefined;
  readonly #values: Map<string, AttributeValue> | undefined;
  readonly #unused = new Set<string>();

  /** Throws for malformed placeholders and values. */
  constructor(request: ExpressionAttributes) {
    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
    if (names !== undefined) this.#names = this.#readNames(names);
    if (values !== undefined) this.#values = this.#readValues(values);
  }

  /** The attribute name behind `#placeholder`. */
  name(placeholder: string): string | undefined {
    this.#unused.delete(placeholder);
    return this.#names?.get(placeholder);
  }

  /** The value behind `:placeholder`. */
  value(placeholder: string): AttributeValue | undefined {
    this.#unused.delete(placeholder);
    return this.#values?.get(placeholder);
  }

  /** Throws when a placeholder stands in no expression. Call it once all of them are parsed. */
  expectAllUsed(): void {
    if (this.#unused.size === 0) return;
    for (const [parameter, sign] of [
      ['ExpressionAttributeNames', '#'],
      ['ExpressionAttributeValues', ':'],
    ] as const) {
      const unused = [...this.#unused].filter((placeholder) => placeholder.startsWith(sign));
      if (unused.length > 0) {
        throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`);
      }
    }
  }

  #readNames(names: { [placeholder: string]: string }): Map<string, string> {
    const entries = Object.entries(names);
    if (entries.length === 0) throw invalid('ExpressionAttributeNames must not be empty');
    for (const [key] of entries) {
      if (!namePattern.test(key)) {
        throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
      }
      this.#unused.add(key);
    }
    return new Map(entries);
  }

  #readValues(values: { [placeholder: string]: unknown }): Map<string, AttributeValue> {
    const entries = Object.entries(values);
    if (entries.length === 0) throw invalid('ExpressionAttributeValues must not be empty');
    const parsed = new Map<string, AttributeValue>();
    for (const [key, value] of entries) {
      if (!valuePattern.test(key)) {
        throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
      }
      this.#unused.add(key);
      parsed.set(key, readNamedValue(key, value));
    }
    return parsed;
  }
}

function readNamedValue(key: string, value: unknown): AttributeValue {
  try {
    return readAttributeValue(value);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationException') {
      throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
    }
    throw error;
  }
}
