import type { WireResponse } from '../../../engine/wire.ts';
import type { BoundApp } from '../../functions/triggers.ts';
import type { Binding } from '../../functions/typed-data.ts';
import type { StoragePermission } from '../caller.ts';
import { childText, parseXml } from '../xml.ts';
import type { StorageBindings } from './queue-trigger.ts';
import {
  hostConnection,
  missingRight,
  type StorageConnection,
  storageConnection,
} from './storage-connection.ts';

/** Times that the host's client tries again what the service refuses for the moment. */
const retries = 3;
const passing = new Set([408, 429, 500, 502, 503, 504]);

export interface BlobPath {
  container: string;
  blob: string;
}

export interface BlobRequest {
  /** Percent-encoded, from the container on, with the query. */
  target: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** What it needs, to say so when it is refused. */
  permission: StoragePermission;
  /** Statuses that are an answer as well. */
  expected?: readonly number[];
}

/** The client of Blob Storage with which the Functions host serves one binding: as the app's identity, or by its key. */
export class BlobClient {
  readonly path: BlobPath;
  readonly #bindings: StorageBindings;
  readonly #connection: StorageConnection;

  /** @throws Error that says what the app's settings or the stack lack */
  constructor(app: BoundApp, binding: Binding, path: BlobPath, bindings: StorageBindings) {
    this.path = path;
    this.#bindings = bindings;
    const name =
      typeof binding.connection === 'string' && binding.connection !== ''
        ? binding.connection
        : hostConnection;
    this.#connection = storageConnection(app, bindings.storage, name, 'blob');
  }

  get containerTarget(): string {
    return `/${this.path.container}?restype=container`;
  }

  get blobTarget(): string {
    return `/${this.path.container}/${this.path.blob.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** @throws Error when it is refused, that names the right that is missing, if that is why */
  send(method: string, request: BlobRequest): WireResponse {
    const { target, headers = {}, body = Buffer.alloc(0), permission, expected = [] } = request;
    const { account, principal } = this.#connection;
    const [path = '', query = ''] = target.split('?');
    const host = `${account.definition.name}.blob.core.windows.net`;
    const wire = { method, host, path, query, headers, body };
    let answer = this.#bindings.storage.handleBlobHost(wire, principal);
    for (let attempt = 0; attempt < retries && passing.has(answer.status); attempt++)
      answer = this.#bindings.storage.handleBlobHost(wire, principal);
    if (answer.status < 300 || expected.includes(answer.status)) return answer;
    const { container, blob } = this.path;
    throw new Error(`${container}/${blob}: ${this.#reason(answer, permission)}`);
  }

  #reason(answer: WireResponse, permission: StoragePermission): string {
    const { account, principal } = this.#connection;
    const scope = account.blobs.scope(this.path.container);
    const missing = missingRight(this.#bindings.runtime, principal, permission, scope);
    if (answer.status === 403 && missing !== undefined) return `the app's identity may not ${missing}`;
    const code = String(answer.headers['x-ms-error-code'] ?? '');
    const text = typeof answer.body === 'string' && answer.body !== '' ? messageIn(answer.body) : '';
    return `${answer.status} ${code}${text === '' ? '' : `: ${text}`}`;
  }
}

const messageIn = (body: string): string => childText(parseXml(body), 'Message')?.split('\n')[0] ?? '';

/**
 * `container/blob`, or the URL of a blob.
 *
 * @throws Error as the host's for anything else
 */
export function blobPath(text: string): BlobPath {
  const path = /^https?:/.test(text) ? decodeURIComponent(new URL(text).pathname.slice(1)) : text;
  const cut = path.indexOf('/');
  if (cut <= 0 || cut === path.length - 1)
    throw new Error(
      `Invalid blob path specified : '${text}'. Blob identifiers must be in the format 'container/blob'.`,
    );
  return { container: path.slice(0, cut), blob: path.slice(cut + 1) };
}
