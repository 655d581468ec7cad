import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { Caller } from './access.ts';
import type { CloudStorage } from './cloud-storage.ts';
import { partialResponse } from './partial-response.ts';
import { invalid } from './storage-error.ts';

/** One request to an API of Cloud Storage. */
export interface StorageCall {
  storage: CloudStorage;
  request: WireRequest;
  query: URLSearchParams;
  caller: Caller;
  /** As the client addresses the service: `https://storage.googleapis.com`. */
  origin: string;
}

export type StorageMethod = (call: StorageCall) => WireResponse | Promise<WireResponse>;

/** A resource as the answer, or what the client asks for of it. */
export function jsonResponse({ query }: StorageCall, value: unknown): WireResponse {
  const fields = query.get('fields');
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(fields ? partialResponse(value, fields) : value),
  };
}

export const noContent = (): WireResponse => ({ status: 204, headers: {}, body: '' });

/** The body as a JSON object; an empty one is `{}`. @throws StorageError 400 */
export function jsonBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Answered below, as anything else that is not an object.
  }
  throw invalid('Parse Error');
}

export function headerOf({ headers }: WireRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
