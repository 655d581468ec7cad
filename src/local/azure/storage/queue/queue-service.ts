import type { AzureRuntime } from '../../service.ts';
import type { StorageAccountDefinition } from '../account.ts';
import type { StoragePermission } from '../caller.ts';
import {
  badRequest,
  conflict,
  notFound,
  type StorageError,
  unsupported,
  unsupportedVerb,
} from '../errors.ts';
import { metadataHeaders, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { element, escapeXml, textElements, xmlDocument } from '../xml.ts';
import { answerMessages } from './messages.ts';
import { queuePermissions } from './permissions.ts';
import { StorageQueue } from './storage-queue.ts';

/** https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata */
const queueName = /^(?=.{3,63}$)[a-z0-9](?:-?[a-z0-9])*$/;

/** Whoever asks for more gets as many. https://learn.microsoft.com/rest/api/storageservices/list-queues1#uri-parameters */
const largestPage = 5000;

/** The queues of one storage account. https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
export class QueueService {
  readonly account: StorageAccountDefinition;
  readonly #runtime: AzureRuntime;
  readonly #queues = new Map<string, StorageQueue>();
  readonly #listeners = new Set<(queue: StorageQueue) => void>();

  constructor(account: StorageAccountDefinition, runtime: AzureRuntime) {
    this.account = account;
    this.#runtime = runtime;
  }

  /** By name. */
  get queues(): StorageQueue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  queue(name: string): StorageQueue | undefined {
    return this.#queues.get(name);
  }

  /** @throws StorageError when the name is not valid */
  create(name: string, metadata: Record<string, string> = {}): StorageQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    checkName(name);
    const queue = new StorageQueue(
      { name, id: this.scope(name), account: this.account.name, metadata },
      this.#runtime,
    );
    this.#queues.set(name, queue);
    for (const listener of this.#listeners) listener(queue);
    return queue;
  }

  /** Calls `listener` with every queue, those that are there already included. Returns its undo. */
  onQueue(listener: (queue: StorageQueue) => void): () => void {
    for (const queue of this.#queues.values()) listener(queue);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The resource id of a queue, whether there is one or not. */
  scope(name: string): string {
    return `${this.account.id}/queueServices/default/queues/${name}`;
  }

  /** @throws StorageError */
  answer(call: StorageRequest): StorageReply {
    const [name, collection, messageId] = call.place.container?.split('/') ?? [];
    if (name === undefined || name === '') return this.#answerService(call);
    if (collection === undefined) return this.#answerQueue(call, name);
    if (collection !== 'messages') throw invalidUri();
    const allow = (permission: StoragePermission) => {
      call.authorize(permission, this.scope(name));
      const queue = this.#queues.get(name);
      if (!queue) throw queueNotFound();
      return queue;
    };
    return answerMessages(call, messageId, allow);
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #answerService(call: StorageRequest): StorageReply {
    const { request, query } = call;
    const component = query.get('comp');
    if (request.method !== 'GET' || component !== 'list')
      throw unsupported(`${request.method} of the queue service with comp=${component}`);
    call.authorize(queuePermissions.readQueue, `${this.account.id}/queueServices/default`);
    return this.#list(call);
  }

  #list(call: StorageRequest): StorageReply {
    const prefix = call.query.get('prefix') ?? '';
    const marker = call.query.get('marker') ?? '';
    const asked = call.number('maxresults', { minimum: 1, maximum: 2 ** 31 - 1 });
    const limit = Math.min(asked ?? largestPage, largestPage);
    const withMetadata = call.query.get('include')?.split(',').includes('metadata');
    const found = this.queues.filter(({ name }) => name.startsWith(prefix) && name >= marker);
    const next = found[limit]?.name ?? '';
    const queues = found.slice(0, limit).map(({ name, metadata }) => {
      const more = withMetadata ? element('Metadata', textElements(metadata)) : '';
      return element('Queue', `${textElements({ Name: name })}${more}`);
    });
    const members = [
      prefix === '' ? '' : element('Prefix', escapeXml(prefix)),
      marker === '' ? '' : element('Marker', escapeXml(marker)),
      asked === undefined ? '' : element('MaxResults', String(asked)),
      element('Queues', queues.join('')),
      element('NextMarker', escapeXml(next)),
    ];
    const endpoint = `https://${this.account.name}.queue.core.windows.net/`;
    return xml(200, element('EnumerationResults', members.join(''), { ServiceEndpoint: endpoint }));
  }

  #answerQueue(call: StorageRequest, name: string): StorageReply {
    const { method } = call.request;
    const component = call.query.get('comp');
    if (component !== null && component !== 'metadata')
      throw unsupported(`${method} of a queue with comp=${component}`);
    if (component === null && method === 'PUT') return this.#create(call, name);
    if (component === null && method === 'DELETE') {
      call.authorize(queuePermissions.deleteQueue, this.scope(name));
      this.#find(name).close();
      this.#queues.delete(name);
      return { status: 204 };
    }
    if (component === null) throw unsupportedVerb();
    if (method === 'GET' || method === 'HEAD') {
      call.authorize(queuePermissions.readQueue, this.scope(name));
      const queue = this.#find(name);
      return {
        status: 200,
        headers: {
          'x-ms-approximate-messages-count': String(queue.count),
          ...metadataHeaders(queue.metadata),
        },
      };
    }
    if (method !== 'PUT') throw unsupportedVerb();
    call.authorize(queuePermissions.writeQueue, this.scope(name));
    this.#find(name).metadata = call.metadata();
    return { status: 204 };
  }

  #create(call: StorageRequest, name: string): StorageReply {
    call.authorize(queuePermissions.writeQueue, this.scope(name));
    const metadata = call.metadata();
    const known = this.#queues.get(name);
    if (!known) {
      this.create(name, metadata);
      return { status: 201 };
    }
    const isSame =
      JSON.stringify(Object.entries(known.metadata).sort()) ===
      JSON.stringify(Object.entries(metadata).sort());
    if (!isSame) throw conflict('QueueAlreadyExists', 'The specified queue already exists.');
    return { status: 204 };
  }

  #find(name: string): StorageQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw queueNotFound();
    return queue;
  }
}

function checkName(name: string): void {
  if (name.length < 3 || name.length > 63)
    throw badRequest(
      'OutOfRangeInput',
      'The specified resource name length is not within the permissible limits.',
    );
  if (!queueName.test(name))
    throw badRequest('InvalidResourceName', 'The specifed resource name contains invalid characters.');
}

export const queueNotFound = (): StorageError =>
  notFound('QueueNotFound', 'The specified queue does not exist.');

const invalidUri = () =>
  badRequest('InvalidUri', 'The requested URI does not represent any resource on the server.');

const xml = (status: number, root: string): StorageReply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(root),
});
