// What the owner of a stack sees of its storage accounts.
import type { Bucket, Channel, OutgoingMessage } from '../../stack-access.ts';
import type { StorageAccountDefinition } from './account.ts';
import type { BlobContainer } from './blob/container.ts';
import type { StorageQueue } from './queue/storage-queue.ts';
import type { StorageAccount, StorageAccounts } from './storage-accounts.ts';

const sevenDaysMs = 7 * 86_400_000;

/** The containers of all accounts. */
export const bucketsOf = (storage: StorageAccounts): Bucket[] =>
  storage.accounts.flatMap((account) =>
    account.blobs.containers.map((container) => bucketOf(account, container)),
  );

function bucketOf({ definition, blobs }: StorageAccount, container: BlobContainer): Bucket {
  const { name, bucket } = container;
  return {
    name,
    aliases: [
      `${definition.name}/${name}`,
      container.id,
      `https://${definition.name}.blob.core.windows.net/${name}`,
    ],
    async put(key, body, { contentType = 'application/octet-stream' } = {}) {
      blobs.put(container, key, Buffer.from(body), { contentType });
    },
    get: async (key) => bucket.current(key)?.content.bytes(),
    async list(prefix = '') {
      const { entries } = bucket.list({ prefix, limit: Number.POSITIVE_INFINITY });
      return entries.flatMap((entry) =>
        entry.kind === 'version' && entry.version.kind === 'object'
          ? [{ key: entry.version.key, sizeBytes: entry.version.content.sizeBytes }]
          : [],
      );
    },
    async delete(key) {
      blobs.remove(container, key);
    },
  };
}

/** The queues of all accounts, those that the Functions host has made included. */
export const channelsOf = (storage: StorageAccounts): Channel[] =>
  storage.accounts.flatMap(({ queues }) => queues.queues.map(channelOf));

/** Bodies are in base64 in the queue, as the Functions host and the portal write and read them by default. */
function channelOf(queue: StorageQueue): Channel {
  const { name, account, id } = queue;
  return {
    kind: 'queue',
    name,
    aliases: [`${account}/${name}`, id, `https://${account}.queue.core.windows.net/${name}`],
    async send(message) {
      checkPlain(queue, message);
      const text = Buffer.from(message.body).toString('base64');
      return queue.put({ text, visibilityMs: message.delayMs ?? 0, timeToLiveMs: sevenDaysMs });
    },
    peek: () =>
      queue.all().map(({ message }) => ({
        id: message.id,
        body: decoded(message.text),
        attributes: {},
        receiveCount: message.dequeueCount,
        enqueuedAtMs: message.insertedAtMs,
      })),
  };
}

function checkPlain({ name }: StorageQueue, { attributes, group, deduplicationId }: OutgoingMessage): void {
  const given = group ?? deduplicationId ?? Object.keys(attributes ?? {})[0];
  if (given !== undefined)
    throw new Error(
      `A message in the storage queue ${name} is its body: it has neither attributes, nor a group, nor a deduplication id.`,
    );
}

/** The text behind base64, or the text itself when it is not base64. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString() : text;
}

/** For SDKs and tools on this machine, by the ports of the loopback. */
export function ownerConnectionString(
  { name, keys }: StorageAccountDefinition,
  ports: { blob: number; queue: number },
): string {
  const endpoint = (port: number) => `http://127.0.0.1:${port}/${name}`;
  return `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${keys[0] ?? ''};BlobEndpoint=${endpoint(ports.blob)};QueueEndpoint=${endpoint(ports.queue)};`;
}
