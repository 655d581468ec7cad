import type { WireResponse } from '../../../engine/wire.ts';
import type { StoragePermission } from '../caller.ts';
import { childText, parseXml } from '../xml.ts';
import type { StorageBindings } from './queue-trigger.ts';
import { missingRight, type StorageConnection } from './storage-connection.ts';

/** Times that the host's client tries again what the service refuses for the moment. */
const retries = 3;
const passing = new Set([408, 429, 500, 502, 503, 504]);

export interface HostRequest {
  method: string;
  /** Percent-encoded, from the container or queue on, with the query. */
  target: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** What it needs, to say so when it is refused. */
  permission: StoragePermission;
  /** Statuses that are an answer as well. */
  expected?: readonly number[];
}

/** The client with which the Functions host serves a binding: as the app's identity, or by the account's key. */
export class HostClient {
  readonly #bindings: StorageBindings;
  readonly #connection: StorageConnection;
  readonly #service: 'blob' | 'queue';
  /** Resource id of the container or queue. */
  readonly #scope: string;

  constructor(
    bindings: StorageBindings,
    connection: StorageConnection,
    place: { service: 'blob' | 'queue'; name: string },
  ) {
    const { service, name } = place;
    const { blobs, queues } = connection.account;
    this.#bindings = bindings;
    this.#connection = connection;
    this.#service = service;
    this.#scope = (service === 'blob' ? blobs : queues).scope(name);
  }

  /** @throws Error when it is refused, that names the right that is missing, if that is why */
  send({
    method,
    target,
    headers = {},
    body = Buffer.alloc(0),
    permission,
    expected = [],
  }: HostRequest): WireResponse {
    const { storage } = this.#bindings;
    const { account, principal } = this.#connection;
    const [path = '', query = ''] = target.split('?');
    const host = `${account.definition.name}.${this.#service}.core.windows.net`;
    const request = { method, host, path, query, headers, body };
    let answer = storage.handleHost(request, principal);
    for (let attempt = 0; attempt < retries && passing.has(answer.status); attempt++)
      answer = storage.handleHost(request, principal);
    if (answer.status < 300 || expected.includes(answer.status)) return answer;
    throw new Error(this.#reason(answer, permission));
  }

  #reason(answer: WireResponse, permission: StoragePermission): string {
    const { principal } = this.#connection;
    const missing = missingRight(this.#bindings.runtime, principal, permission, this.#scope);
    if (answer.status === 403 && missing !== undefined) return `the app's identity may not ${missing}`;
    const code = String(answer.headers['x-ms-error-code'] ?? '');
    const text = typeof answer.body === 'string' && answer.body !== '' ? messageIn(answer.body) : '';
    return `${answer.status} ${code}${text === '' ? '' : `: ${text}`}`;
  }
}

const messageIn = (body: string): string => childText(parseXml(body), 'Message')?.split('\n')[0] ?? '';
