import { badRequest } from './errors.ts';
import { type Json, type JsonObject, type Value, valueAt } from './sql/value.ts';

export interface PartitionKeyDefinition {
  /** `/tenant`, `/address/city`: one, or up to three for a hierarchical key. */
  paths: string[];
  kind: 'Hash' | 'MultiHash';
  version: 1 | 2;
}

/** One component of a key; `undefined` where the item has none. */
export type KeyPart = string | number | boolean | null | undefined;

/**
 * Longest key: learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits (version 2 is the large key).
 */
const maxKeyBytes = { 1: 101, 2: 2048 } as const;

/** The property names of a path: `/a/"b c"/d` is a, b c, d. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\/(?:"((?:[^"\\]|\\.)*)"|([^/]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

/** A partition key definition with its paths taken apart. */
export class PartitionKeys {
  readonly definition: PartitionKeyDefinition;
  readonly paths: readonly (readonly string[])[];

  constructor(definition: PartitionKeyDefinition) {
    this.definition = definition;
    this.paths = definition.paths.map(pathNames);
  }

  /** The key of an item. Throws a 400 when a path leads to an object or array, or the key is too long. */
  ofItem(item: JsonObject): KeyPart[] {
    const parts = this.paths.map((names): KeyPart => {
      const value = names.reduce<Value>(valueAt, item);
      if (typeof value === 'object' && value !== null) throw badRequest();
      return value;
    });
    this.#checkLength(parts);
    return parts;
  }

  /**
   * The key of the header `x-ms-documentdb-partitionkey`: a JSON array, in which `{}` stands for a missing
   * value. It may name only the first components of a hierarchical key.
   */
  ofHeader(header: string): KeyPart[] {
    let parsed: unknown;
    try {
      parsed = JSON.parse(header);
    } catch {
      throw badRequest(`Partition key ${header} is invalid.`);
    }
    if (!Array.isArray(parsed) || parsed.length > this.paths.length) {
      throw badRequest(`Partition key ${header} is invalid.`);
    }
    const parts = parsed.map((part: unknown): KeyPart => {
      if (
        part === null ||
        typeof part === 'string' ||
        typeof part === 'number' ||
        typeof part === 'boolean'
      ) {
        return part;
      }
      if (typeof part === 'object' && !Array.isArray(part) && Object.keys(part).length === 0)
        return undefined;
      throw badRequest(`Partition key ${header} is invalid.`);
    });
    this.#checkLength(parts);
    return parts;
  }

  isComplete(parts: readonly KeyPart[]): boolean {
    return parts.length === this.paths.length;
  }

  #checkLength(parts: KeyPart[]): void {
    const limit = maxKeyBytes[this.definition.version];
    for (const part of parts) {
      if (typeof part === 'string' && part.length * 3 > limit && Buffer.byteLength(part) > limit) {
        throw badRequest(`The partition key supplied exceeds the maximum allowed length of ${limit} bytes.`);
      }
    }
  }
}

/** The same text for equal keys. The text of a prefix key is the start of the texts of its keys. */
export function keyText(parts: readonly KeyPart[]): string {
  let text = '[';
  for (const part of parts) text += `${part === undefined ? '{}' : JSON.stringify(part)},`;
  return text;
}

/** The components of a key text. */
export function keyParts(text: string): KeyPart[] {
  const parsed: Json[] = JSON.parse(`${text.slice(0, -1)}]`);
  return parsed.map((part) => (typeof part === 'object' && part !== null ? undefined : part));
}
