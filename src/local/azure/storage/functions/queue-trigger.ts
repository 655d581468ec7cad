// The storage queue trigger.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger

import { membersOf } from '../../functions/binding-data.ts';
import type { StartTrigger, TriggeredFunction } from '../../functions/triggers.ts';
import type { TypedData } from '../../functions/typed-data.ts';
import type { AzureRuntime } from '../../service.ts';
import { queuePermissions } from '../queue/permissions.ts';
import type { StorageQueue, StorageQueueMessage } from '../queue/storage-queue.ts';
import type { StorageAccounts } from '../storage-accounts.ts';
import { QueueListener } from './queue-listener.ts';
import { callsPerInstance, type QueueOptions, queueOptions } from './queue-options.ts';
import {
  hostConnection,
  missingRight,
  type StorageConnection,
  storageConnection,
} from './storage-connection.ts';

const poisonSuffix = '-poison';

export interface StorageBindings {
  runtime: AzureRuntime;
  storage: StorageAccounts;
  warn(text: string): void;
}

export const startQueueTrigger =
  ({ runtime, storage, warn }: StorageBindings): StartTrigger =>
  (triggered) => {
    const { app, binding, functionName } = triggered;
    const settings = queueOptions(app);
    const connection = connectionOfBinding(triggered, storage);
    const { account, principal } = connection;
    const name = String(binding.queueName);
    const scope = account.queues.scope(name);
    for (const permission of [queuePermissions.readQueue, queuePermissions.get]) {
      const missing = missingRight(runtime, principal, permission, scope);
      if (missing !== undefined) throw new Error(`the app's identity may not ${missing}`);
    }
    let listener: QueueListener | undefined;
    const undo = account.queues.onQueue((queue) => {
      if (queue.name !== name) return;
      listener?.stop();
      listener = new QueueListener({
        runtime,
        queue,
        settings,
        accountId: account.definition.id,
        process: (message) => processMessage(triggered, queue, message, settings),
        onError: (error) => warn(`${functionName} of ${app.name}: ${(error as Error).message}`),
        // A queue of poison messages has none of its own.
        poisonQueue: () =>
          name.endsWith(poisonSuffix)
            ? undefined
            : poisonQueue({ runtime, warn }, connection, `${name}${poisonSuffix}`, functionName),
      });
    });
    return {
      stop() {
        undo();
        listener?.stop();
      },
    };
  };

/** The queue for what failed too often, made when it is first needed; `undefined` when the app lacks the rights. */
export function poisonQueue(
  { runtime, warn }: Pick<StorageBindings, 'runtime' | 'warn'>,
  { account: { queues }, principal }: StorageConnection,
  name: string,
  functionName: string,
): StorageQueue | undefined {
  const permissions = [queuePermissions.put, ...(queues.queue(name) ? [] : [queuePermissions.writeQueue])];
  for (const permission of permissions) {
    const missing = missingRight(runtime, principal, permission, queues.scope(name));
    if (missing === undefined) continue;
    warn(`${functionName} could not move a message to ${name}: the app's identity may not ${missing}`);
    return undefined;
  }
  return queues.create(name);
}

export function connectionOfBinding(
  { app, binding }: Pick<TriggeredFunction, 'app' | 'binding'>,
  storage: StorageAccounts,
): StorageConnection {
  const name =
    typeof binding.connection === 'string' && binding.connection !== '' ? binding.connection : hostConnection;
  return storageConnection(app, storage, name, 'queue');
}

async function processMessage(
  triggered: TriggeredFunction,
  queue: StorageQueue,
  message: StorageQueueMessage,
  settings: QueueOptions,
): Promise<'done' | 'failed' | 'unreadable'> {
  const text = settings.messageEncoding === 'none' ? message.text : decode(message.text);
  if (text === undefined) return 'unreadable';
  const answer = await triggered.invoke({
    data: { string: text },
    triggerMetadata: metadataOf(message, text),
    callsPerInstance: callsPerInstance(settings),
    reason: `New queue message detected on '${queue.name}'.`,
  });
  return answer.kind === 'succeeded' ? 'done' : 'failed';
}

function decode(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString() : undefined;
}

function metadataOf(message: StorageQueueMessage, text: string): Record<string, TypedData> {
  const date = (ms: number): TypedData => ({
    string: Number.isFinite(ms)
      ? new Date(ms).toISOString().replace(/\.000Z$|Z$/, '+00:00')
      : '9999-12-31T23:59:59+00:00',
  });
  return {
    ...membersOf(text),
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
    ExpirationTime: date(message.expiresAtMs),
    Id: { string: message.id },
    InsertionTime: date(message.insertedAtMs),
    NextVisibleTime: date(message.nextVisibleAtMs),
    PopReceipt: { string: message.popReceipt },
  };
}
