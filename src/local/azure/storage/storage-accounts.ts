import path from 'node:path';
import type { WireHandler, WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzurePrincipal, AzureRuntime, AzureService } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import type { BlobChange } from './blob/blob-event.ts';
import { BlobService } from './blob/blob-service.ts';
import { authenticate, type StorageCaller, type StoragePlace } from './caller.ts';
import { badRequest, internalError, notFound, StorageError, serverBusy } from './errors.ts';
import { meterCall } from './metering.ts';
import { QueueService } from './queue/queue-service.ts';
import { httpDate, type StorageReply, StorageRequest } from './storage-request.ts';

const suffixes = { blob: '.blob.core.windows.net', queue: '.queue.core.windows.net' } as const;
type ServiceName = keyof typeof suffixes;

/** Names to fault plans. */
const faultPlaces: Record<ServiceName, string> = { blob: 'blob-storage', queue: 'queue-storage' };

export interface StorageAccount {
  definition: StorageAccountDefinition;
  blobs: BlobService;
  queues: QueueService;
}

/** Azure Storage: the accounts of the stack with their blobs and queues. */
export class StorageAccounts implements AzureService {
  readonly hosts: string[] = Object.values(suffixes);
  readonly #runtime: AzureRuntime;
  readonly #directory: string;
  readonly #accounts = new Map<string, StorageAccount>();
  readonly #listeners = new Set<(change: BlobChange) => void>();

  /** @param options.runDirectory folder that goes with the run */
  constructor(runtime: AzureRuntime, options: { runDirectory: string }) {
    this.#runtime = runtime;
    this.#directory = path.join(options.runDirectory, 'blobs');
  }

  get accounts(): StorageAccount[] {
    return [...this.#accounts.values()];
  }

  account(name: string): StorageAccount | undefined {
    return this.#accounts.get(name);
  }

  /** The account with this resource id. */
  accountOfId(id: string): StorageAccount | undefined {
    return this.accounts.find(({ definition }) => definition.id.toLowerCase() === id.toLowerCase());
  }

  /** @throws Error when the name is taken */
  add(definition: StorageAccountDefinition): StorageAccount {
    if (this.#accounts.has(definition.name))
      throw new Error(`the storage account name '${definition.name}' is already taken`);
    const blobs = new BlobService(definition, {
      runtime: this.#runtime,
      spillDirectory: path.join(this.#directory, definition.name),
      account: (name) => this.#accounts.get(name),
    });
    const account = { definition, blobs, queues: new QueueService(definition, this.#runtime) };
    this.#accounts.set(definition.name, account);
    blobs.onChange((change) => {
      for (const listener of this.#listeners) listener(change);
    });
    return account;
  }

  /** Calls `listener` with every change of a blob of any account. Returns its undo. */
  onBlobChange(listener: (change: BlobChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The resource id of an account of the stack. */
  idOf(name: string): string | undefined {
    return this.#accounts.get(name)?.definition.id;
  }

  /**
   * The resource id of a blob container, as role assignments see it, by its URL
   * (`https://account.blob.core.windows.net/container`); `undefined` when the stack has no such account.
   */
  containerId(url: string): string | undefined {
    const { hostname, pathname } = new URL(url);
    if (!hostname.endsWith(suffixes.blob)) return undefined;
    const account = this.idOf(hostname.slice(0, -suffixes.blob.length));
    const [, container] = pathname.split('/');
    return account && container ? containerScope(account, container) : undefined;
  }

  /** Answers requests to the cloud's host names. */
  handle = (request: WireRequest): WireResponse =>
    this.#answerHost(request, (account, place) => authenticate(this.#runtime, account, request, place));

  /** Whether the path is one of this service on the loopback: `/account/...`. */
  answersPath(requestPath: string): boolean {
    return this.#accounts.has(requestPath.split('/')[1] ?? '');
  }

  /** Answers whoever sits at this machine, by paths that begin with the account: that is the owner. */
  handleBlobOwner: WireHandler = (request) => this.#answerOwner('blob', request);

  /** The same for queues, which need a port of their own: their paths look like those of blobs. */
  handleQueueOwner: WireHandler = (request) => this.#answerOwner('queue', request);

  /** Answers a request by the Functions host to the cloud's host names, whose caller is known to be this one. */
  handleHost(request: WireRequest, principal: AzurePrincipal): WireResponse {
    return this.#answerHost(request, () => ({ kind: 'principal', principal }));
  }

  close(): void {
    for (const { blobs, queues } of this.accounts) {
      blobs.close();
      queues.close();
    }
  }

  #answerHost(
    request: WireRequest,
    callerOf: (account: StorageAccountDefinition, place: StoragePlace) => StorageCaller,
  ): WireResponse {
    const service: ServiceName = request.host.endsWith(suffixes.blob) ? 'blob' : 'queue';
    const name = request.host.slice(0, -suffixes[service].length);
    return this.#answer(service, name, request, request.path.slice(1), callerOf);
  }

  #answerOwner(service: ServiceName, request: WireRequest): WireResponse {
    const [, name = '', ...rest] = request.path.split('/');
    return this.#answer(service, name, request, rest.join('/'), (account, place) => {
      // A shared access signature is as good here as it is in the cloud; everything else is the owner's.
      const isShared = new URLSearchParams(request.query).has('sig');
      if (!isShared) return { kind: 'principal', principal: { kind: 'owner' } };
      const { authorization: _, ...headers } = request.headers;
      return authenticate(this.#runtime, account, { ...request, headers }, place);
    });
  }

  #answer(
    service: ServiceName,
    name: string,
    request: WireRequest,
    encodedPath: string,
    callerOf: (account: StorageAccountDefinition, place: StoragePlace) => StorageCaller,
  ): WireResponse {
    const requestId = this.#runtime.random.uuid();
    try {
      const account = this.#accounts.get(name);
      if (!account) throw notFound('ResourceNotFound', `There is no storage account ${name} in this stack.`);
      const place = placeOf(service, encodedPath);
      const caller = callerOf(account.definition, place);
      this.#strike(service, caller);
      const { definition } = account;
      const call = new StorageRequest({
        request,
        account: definition,
        caller,
        place,
        runtime: this.#runtime,
        id: requestId,
      });
      meterCall(call, service);
      const reply = service === 'blob' ? account.blobs.answer(call) : account.queues.answer(call);
      return this.#respond(service, request, requestId, reply);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return this.#respond(service, request, requestId, this.#refusal(error, requestId));
    }
  }

  /** Faults strike the calls of functions only. */
  #strike(service: ServiceName, caller: StorageCaller): void {
    if (caller.kind !== 'principal' || caller.principal.kind !== 'identity') return;
    const { faults } = this.#runtime.course;
    const place = faultPlaces[service];
    if (faults.strikes('throttle', place)) throw serverBusy();
    if (faults.strikes('dependency-down', place)) throw internalError();
  }

  #refusal(error: StorageError, requestId: string): StorageReply {
    const headers = { ...error.headers, 'x-ms-error-code': error.code };
    if (error.status === 304) return { status: 304, headers };
    const time = new Date(this.#runtime.clock.now()).toISOString();
    return {
      status: error.status,
      headers: { ...headers, 'content-type': 'application/xml' },
      body: error.body(requestId, time),
    };
  }

  #respond(
    service: ServiceName,
    request: WireRequest,
    requestId: string,
    { status, headers = {}, body = '' }: StorageReply,
  ): WireResponse {
    const { 'x-ms-client-request-id': clientRequestId, 'x-ms-version': version } = request.headers;
    return {
      status,
      headers: {
        server:
          service === 'blob'
            ? 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0'
            : 'Windows-Azure-Queue/1.0 Microsoft-HTTPAPI/2.0',
        date: httpDate(this.#runtime.clock.now()),
        'x-ms-request-id': requestId,
        'x-ms-version': typeof version === 'string' ? version : '2026-04-06',
        ...(typeof clientRequestId === 'string' && { 'x-ms-client-request-id': clientRequestId }),
        ...headers,
      },
      body: request.method === 'HEAD' ? '' : body,
    };
  }
}

/** @throws StorageError, a 400, when the path is not percent-encoded text */
function placeOf(service: ServiceName, encodedPath: string): StoragePlace {
  let decoded: string;
  try {
    decoded = decodeURIComponent(encodedPath);
  } catch {
    throw badRequest('InvalidUri', 'The requested URI does not represent any resource on the server.');
  }
  if (decoded === '') return { container: undefined, blob: undefined };
  if (service === 'queue') return { container: decoded.replace(/\/$/, ''), blob: undefined };
  const cut = decoded.indexOf('/');
  if (cut === -1 || cut === decoded.length - 1)
    return { container: decoded.replace(/\/$/, ''), blob: undefined };
  return { container: decoded.slice(0, cut), blob: decoded.slice(cut + 1) };
}

/** `{account}/blobServices/default/containers/{container}` */
export const containerScope = (accountId: string, container: string): string =>
  `${accountId}/blobServices/default/containers/${container}`;
