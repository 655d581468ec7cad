import type { z } from 'zod';
import { type StackResource, type StackValue, Unknown } from '../../terraform/stack.ts';

/** The configuration asks for something that can't be realised; the message says where and what. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';

  constructor(resource: Pick<StackResource, 'address' | 'source'>, problem: string) {
    super(`${resource.source.file}:${resource.source.line} ${resource.address}: ${problem}`);
  }
}

/**
 * The arguments of a resource in the shape of `schema`; absent and null arguments are both left out.
 * Throws a `ConfigurationError` that names the argument.
 */
export function readResource<Schema extends z.ZodType>(
  schema: Schema,
  resource: StackResource,
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(resource.values).filter(([, value]) => value !== null));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const waitsFor = unknownAt(resource.values, path);
  const problem = waitsFor
    ? `is not known: it waits for ${waitsFor.from}`
    : `is not valid: ${issue?.message}`;
  throw new ConfigurationError(resource, `argument ${path.join('.')} ${problem}`);
}

function unknownAt(value: StackValue, path: readonly PropertyKey[]): Unknown | undefined {
  let at: StackValue | undefined = value;
  for (const key of path) {
    if (at instanceof Unknown || at === null || typeof at !== 'object') break;
    at = Array.isArray(at) ? at[Number(key)] : at[String(key)];
  }
  return at instanceof Unknown ? at : undefined;
}
