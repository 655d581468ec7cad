import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import { authorize, type StorageCaller, type StoragePermission, type StoragePlace } from './caller.ts';
import { badRequest, invalidHeader, invalidQuery, invalidXml, outOfRange } from './errors.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** An answer before the headers that every answer has. */
export interface StorageReply {
  status: number;
  headers?: Record<string, string>;
  body?: WireResponse['body'];
}

export interface StorageRequestInit {
  request: WireRequest;
  account: StorageAccountDefinition;
  caller: StorageCaller;
  place: StoragePlace;
  runtime: AzureRuntime;
  /** `x-ms-request-id`. */
  id: string;
}

/** One authenticated request to a storage service. */
export class StorageRequest {
  readonly request: WireRequest;
  readonly account: StorageAccountDefinition;
  readonly caller: StorageCaller;
  readonly place: StoragePlace;
  readonly query: URLSearchParams;
  /** `x-ms-request-id`. */
  readonly id: string;
  readonly runtime: AzureRuntime;

  constructor({ request, account, caller, place, runtime, id }: StorageRequestInit) {
    this.request = request;
    this.account = account;
    this.caller = caller;
    this.place = place;
    this.runtime = runtime;
    this.query = new URLSearchParams(request.query);
    this.id = id;
  }

  get nowMs(): number {
    return this.runtime.clock.now();
  }

  /** The value of a header; `name` is in lower case. An empty header is none. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    const text = Array.isArray(value) ? value[0] : value;
    return text === '' ? undefined : text;
  }

  /** A date in a header, in milliseconds since the epoch. @throws StorageError, a 400 */
  dateHeader(name: string): number | undefined {
    const value = this.header(name);
    if (value === undefined) return undefined;
    const ms = Date.parse(value);
    if (Number.isNaN(ms)) throw invalidHeader(name, value);
    return ms;
  }

  /** A whole number of the query. @throws StorageError, a 400 */
  number(name: string, { minimum, maximum }: { minimum: number; maximum: number }): number | undefined {
    const value = this.query.get(name);
    if (value === null || value === '') return undefined;
    if (!/^-?\d+$/.test(value)) throw invalidQuery(name, value, 'Invalid integer value');
    const number = Number(value);
    if (number < minimum || number > maximum) throw outOfRange(name, value, minimum, maximum);
    return number;
  }

  /** `x-ms-meta-*`, names without the prefix. @throws StorageError, a 400 for names that are no identifiers */
  metadata(): Record<string, string> {
    const metadata: Record<string, string> = {};
    for (const [header, value] of Object.entries(this.request.headers)) {
      if (!header.startsWith('x-ms-meta-')) continue;
      const name = header.slice('x-ms-meta-'.length);
      // https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#metadata-names
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
        throw badRequest(
          'InvalidMetadata',
          'The metadata specified is invalid. It has characters that are not permitted.',
        );
      metadata[name] = String(value);
    }
    return metadata;
  }

  /** The body as XML. @throws StorageError, a 400 */
  xml(): XmlElement {
    try {
      return parseXml(this.request.body.toString('utf8'));
    } catch (error) {
      throw invalidXml((error as Error).message);
    }
  }

  /** @throws StorageError, a 403, unless the caller may do this at `scope`, a resource id */
  authorize(permission: StoragePermission, scope: string): void {
    authorize(this.runtime, this.caller, permission, scope, this.place);
  }
}

export const metadataHeaders = (metadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]));

/** `Fri, 26 Jun 2026 23:39:12 GMT` */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();
