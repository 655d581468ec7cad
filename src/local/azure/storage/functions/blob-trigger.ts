// The blob trigger with Event Grid as its source: Event Grid calls the webhook of the host's extension, which puts a
// message into a queue of the host's own storage, which brings the blob to the function.
// https://learn.microsoft.com/azure/azure-functions/functions-event-grid-blob-trigger
import { z } from 'zod';
import { ConfigurationError } from '../../../engine/read-resource.ts';
import type { WireRequest, WireResponse } from '../../../engine/wire.ts';
import type { AnswerWebhook } from '../../functions/extension-webhooks.ts';
import type { BoundApp, StartTrigger, TriggeredFunction, TriggerListener } from '../../functions/triggers.ts';
import type { TypedData } from '../../functions/typed-data.ts';
import type { Blob } from '../blob/container.ts';
import { blobPermissions } from '../blob/permissions.ts';
import { queuePermissions } from '../queue/permissions.ts';
import type { StorageQueue, StorageQueueMessage } from '../queue/storage-queue.ts';
import { QueueListener } from './queue-listener.ts';
import { blobQueueOptions, callsPerInstance } from './queue-options.ts';
import { poisonQueue, type StorageBindings } from './queue-trigger.ts';
import {
  hostConnection,
  missingRight,
  type StorageConnection,
  storageConnection,
} from './storage-connection.ts';

const poisonQueueName = 'webjobs-blobtrigger-poison';
const sevenDaysMs = 7 * 86_400_000;

/** A message of the host's queue: which blob is to be brought to which function. */
const Message = z.object({ FunctionId: z.string(), ContainerName: z.string(), BlobName: z.string() });
type Message = z.output<typeof Message>;

const Event = z.object({
  data: z.object({ url: z.string(), eTag: z.string(), blobType: z.string() }),
});

/** What an app says of a binding besides its attributes: whether it takes a client of the SDK instead of bytes. */
const Properties = z.looseObject({ supportsDeferredBinding: z.union([z.boolean(), z.string()]).optional() });

interface Registration {
  triggered: TriggeredFunction;
  connection: StorageConnection;
}

/** The apps whose functions blobs trigger. */
export class BlobTriggers {
  readonly #bindings: StorageBindings;
  readonly #hosts = new Map<string, BlobHost>();

  constructor(bindings: StorageBindings) {
    this.#bindings = bindings;
  }

  start: StartTrigger = (triggered) => {
    const { app, binding, functionName } = triggered;
    if (String(binding.source ?? '').toLowerCase() !== 'eventgrid')
      throw new ConfigurationError(
        app.resource,
        `function ${functionName} has a blobTrigger that polls, which Flex Consumption does not support; set source: 'EventGrid'`,
      );
    const properties = Properties.parse(binding.properties ?? {});
    if (String(properties.supportsDeferredBinding).toLowerCase() === 'true')
      throw new ConfigurationError(
        app.resource,
        `function ${functionName} has a blobTrigger with an SDK type, which is not supported; bind the blob's bytes`,
      );
    const host = this.#hosts.get(app.id) ?? new BlobHost(app, this.#bindings);
    this.#hosts.set(app.id, host);
    return host.register(triggered);
  };

  /** `POST /runtime/webhooks/blobs?functionName=Host.Functions.{name}`, as Event Grid calls it. */
  answer: AnswerWebhook = (app, request) =>
    this.#hosts.get(app.id)?.answer(request) ?? { status: 404, headers: {}, body: '' };

  close(): void {
    for (const host of this.#hosts.values()) host.close();
  }
}

/** One app's queue of blobs to be brought to its functions. */
class BlobHost {
  readonly #bindings: StorageBindings;
  readonly #app: BoundApp;
  readonly #connection: StorageConnection;
  readonly #queue: StorageQueue;
  readonly #listener: QueueListener;
  readonly #registrations = new Map<string, Registration>();

  /** @throws Error when the app's identity may not use its host storage for that */
  constructor(app: BoundApp, bindings: StorageBindings) {
    const { runtime, storage } = bindings;
    this.#app = app;
    this.#bindings = bindings;
    this.#connection = storageConnection(app, storage, hostConnection, 'queue');
    const { account, principal } = this.#connection;
    // The host's id is the app's name. https://learn.microsoft.com/azure/azure-functions/storage-considerations#host-id-considerations
    const name = `azure-webjobs-blobtrigger-${app.name.slice(0, 32).toLowerCase()}`;
    for (const permission of [queuePermissions.writeQueue, queuePermissions.put, queuePermissions.get]) {
      const missing = missingRight(runtime, principal, permission, account.queues.scope(name));
      if (missing !== undefined) throw new Error(`the app's identity may not ${missing}`);
    }
    this.#queue = account.queues.create(name);
    this.#listener = new QueueListener({
      runtime,
      queue: this.#queue,
      settings: blobQueueOptions(app),
      accountId: account.definition.id,
      process: (message) => this.#process(message),
      onError: (error) => bindings.warn(`${app.name}: ${(error as Error).message}`),
      poisonQueue: (message) => this.#poisonQueue(message),
    });
  }

  register(triggered: TriggeredFunction): TriggerListener {
    const { binding, functionName } = triggered;
    const name = typeof binding.connection === 'string' ? binding.connection : hostConnection;
    const { runtime, storage } = this.#bindings;
    const connection = storageConnection(this.#app, storage, name, 'blob');
    const [container = ''] = String(binding.path).split('/');
    const scope = connection.account.blobs.scope(container);
    const missing = missingRight(runtime, connection.principal, blobPermissions.read, scope);
    if (missing !== undefined) throw new Error(`the app's identity may not ${missing}`);
    const id = functionId(functionName).toLowerCase();
    this.#registrations.set(id, { triggered, connection });
    return { stop: () => this.#registrations.delete(id) };
  }

  close(): void {
    this.#listener.stop();
  }

  answer(request: WireRequest): WireResponse {
    const reply = (status: number, body = ''): WireResponse => ({ status, headers: {}, body });
    const type = String(request.headers['aeg-event-type'] ?? '').toLowerCase();
    if (type === 'unsubscribe') return reply(202);
    if (type !== 'notification') return reply(400);
    const content: unknown = JSON.parse(request.body.toString());
    const events = z.array(Event).safeParse(Array.isArray(content) ? content : [content]);
    if (!events.success) return reply(500);
    const FunctionId = new URLSearchParams(request.query).get('functionName') ?? '';
    for (const { data } of events.data) {
      const [, ContainerName = '', ...name] = decodeURIComponent(new URL(data.url).pathname).split('/');
      const message = {
        Type: 'BlobTrigger',
        FunctionId,
        BlobType: data.blobType,
        ContainerName,
        BlobName: name.join('/'),
        ETag: `"${data.eTag}"`,
      };
      this.#bill();
      this.#queue.put({
        text: Buffer.from(JSON.stringify(message)).toString('base64'),
        visibilityMs: 0,
        timeToLiveMs: sevenDaysMs,
      });
    }
    return reply(202);
  }

  async #process(message: StorageQueueMessage): Promise<'done' | 'failed' | 'unreadable'> {
    const read = messageOf(message);
    if (!read) return 'unreadable';
    const { FunctionId, ContainerName, BlobName } = read;
    // Of a function or a blob that is gone, nothing is left to do.
    const registration = this.#registrations.get(FunctionId.toLowerCase());
    if (!registration) return 'done';
    const { triggered, connection } = registration;
    const { blobs, definition } = connection.account;
    const { runtime } = this.#bindings;
    runtime.meter.add('storage', 'blob-reads', definition.id, 1);
    const missing = missingRight(
      runtime,
      connection.principal,
      blobPermissions.read,
      blobs.scope(ContainerName),
    );
    if (missing !== undefined) {
      this.#bindings.warn(
        `${triggered.functionName} could not read ${ContainerName}/${BlobName}: the app's identity may not ${missing}`,
      );
      return 'failed';
    }
    const blob = blobs.container(ContainerName)?.bucket.current(BlobName);
    if (!blob) return 'done';
    const answer = await triggered.invoke({
      data: { bytes: blob.content.bytes() },
      triggerMetadata: {
        ...pathVariables(String(triggered.binding.path), `${ContainerName}/${BlobName}`),
        ...metadataOf(definition.name, ContainerName, blob),
      },
      callsPerInstance: callsPerInstance(blobQueueOptions(triggered.app)),
      reason: `New blob detected(EventGrid): ${ContainerName}/${BlobName}`,
    });
    return answer.kind === 'succeeded' ? 'done' : 'failed';
  }

  /** In the account of the blob. */
  #poisonQueue(message: StorageQueueMessage): StorageQueue | undefined {
    const functionId = messageOf(message)?.FunctionId.toLowerCase() ?? '';
    const registration = this.#registrations.get(functionId);
    const connection = registration?.connection ?? this.#connection;
    const name = registration?.triggered.functionName ?? this.#app.name;
    return poisonQueue(this.#bindings, connection, poisonQueueName, name);
  }

  #bill(): void {
    const { definition } = this.#connection.account;
    this.#bindings.runtime.meter.add('storage', 'queue-class-2-operations', definition.id, 1);
  }
}

/** How webhook URLs and poison messages name a function. */
const functionId = (functionName: string): string => `Host.Functions.${functionName}`;

/** `undefined` for a message that is not the host's own. */
function messageOf({ text }: StorageQueueMessage): Message | undefined {
  try {
    return Message.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
  } catch {
    return undefined;
  }
}

/** `in/{name}.csv`: what stands for the names in a path; nothing when the path is another. */
function pathVariables(pattern: string, path: string): Record<string, TypedData> {
  const names: string[] = [];
  const parts = pattern.split(/\{([^{}]+)\}/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    names.push(part);
    return '(.+?)';
  });
  const match = new RegExp(`^${parts.join('')}$`).exec(path);
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const value = match?.[index + 1];
      return value === undefined ? [] : [[name, { string: value }]];
    }),
  );
}

function metadataOf(account: string, container: string, blob: Blob): Record<string, TypedData> {
  const { details, content, etag, createdAtMs, updatedAtMs } = blob;
  const properties = {
    LastModified: new Date(updatedAtMs).toISOString(),
    CreatedOn: new Date(createdAtMs).toISOString(),
    Metadata: details.metadata,
    BlobType: 0,
    ContentLength: content.sizeBytes,
    ContentType: details.contentType,
    ETag: `"${etag}"`,
    ContentHash: details.contentMd5 ?? null,
    AccessTier: 'Hot',
  };
  const path = blob.key.split('/').map(encodeURIComponent).join('/');
  return {
    BlobTrigger: { string: `${container}/${blob.key}` },
    Uri: { string: `https://${account}.blob.core.windows.net/${container}/${path}` },
    Properties: { json: JSON.stringify(properties) },
    Metadata: { json: JSON.stringify(details.metadata) },
  };
}
