/** Microsoft's clients see the same of this Azure Storage and of Azurite. Needs `azurite`, as azurite.test.ts does. */
import {
  StorageSharedKeyCredential as BlobKey,
  BlobSASPermissions,
  BlobServiceClient,
  BlockBlobClient,
  ContainerClient,
  ContainerSASPermissions,
} from '@azure/storage-blob';
import { StorageSharedKeyCredential as QueueKey, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accountKey,
  accountName,
  azurite,
  besideAzurite,
  type StorageServer,
  startAzurite,
  startOurs,
} from './servers.ts';

interface Clients {
  blobs: BlobServiceClient;
  queues: QueueServiceClient;
}

const options = { retryOptions: { maxTries: 1 } };

function clientsOf({ blobPort, queuePort }: StorageServer): Clients {
  const base = (port: number) => `http://127.0.0.1:${port}/${accountName}`;
  return {
    blobs: new BlobServiceClient(base(blobPort), new BlobKey(accountName, accountKey), options),
    queues: new QueueServiceClient(base(queuePort), new QueueKey(accountName, accountKey), options),
  };
}

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { result: await run() };
  } catch (error) {
    if (!(error instanceof Error && 'statusCode' in error)) throw error;
    return { status: error.statusCode, code: 'code' in error ? error.code : undefined };
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.skipIf(!azurite)(`the clients of Azure Storage ${besideAzurite}`, () => {
  let servers: StorageServer[];
  let ours: Clients;
  let theirs: Clients;

  beforeAll(async () => {
    const [own, official] = [await startOurs(), await startAzurite()];
    servers = [own, official];
    ours = clientsOf(own);
    theirs = clientsOf(official);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  async function same(run: (clients: Clients) => Promise<unknown>): Promise<void> {
    const [mine, official] = [await outcome(() => run(ours)), await outcome(() => run(theirs))];
    expect(mine).toEqual(official);
  }

  test('a large blob goes up in blocks, and comes down in ranges', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const blob = ({ blobs }: Clients) =>
      blobs.getContainerClient('large').getBlockBlobClient('dir/large.bin');
    await same(async ({ blobs }) => (await blobs.getContainerClient('large').createIfNotExists()).succeeded);
    await same(async ({ blobs }) => (await blobs.getContainerClient('large').createIfNotExists()).succeeded);
    await same(async (clients) => {
      await blob(clients).uploadData(content, {
        blockSize: 64 * 1024,
        maxSingleShotSize: 1024,
        blobHTTPHeaders: { blobContentType: 'application/x-bytes', blobCacheControl: 'no-store' },
        metadata: { Kind: 'large' },
        tags: { a: 'b' },
      });
    });
    await same(async (clients) =>
      (await blob(clients).downloadToBuffer(1000, 200_000)).equals(content.subarray(1000, 201_000)),
    );
    await same(async (clients) =>
      (await blob(clients).getBlockList('all')).committedBlocks?.map(({ size }) => size),
    );
    await same(async (clients) => {
      const {
        contentLength,
        contentType,
        cacheControl,
        metadata,
        blobType,
        accessTier,
        leaseState,
        isServerEncrypted,
      } = await blob(clients).getProperties();
      return {
        contentLength,
        contentType,
        cacheControl,
        metadata,
        blobType,
        accessTier,
        leaseState,
        isServerEncrypted,
      };
    });
    await same(async (clients) => (await blob(clients).getTags()).tags);
    await same(async (clients) => [
      await blob(clients).exists(),
      (await blob(clients).deleteIfExists()).succeeded,
    ]);
    await same(async (clients) => [
      await blob(clients).exists(),
      (await blob(clients).deleteIfExists()).succeeded,
    ]);
    await same((clients) => blob(clients).getProperties());
  });

  test('listings go over pages and hierarchies', async () => {
    const files = ({ blobs }: Clients) => blobs.getContainerClient('listed');
    const keys = ['a', 'b/1', 'b/2/x', 'b/2/y', 'c d', 'ü/ß', 'z+%'];
    await same(async (clients) => {
      await files(clients).create({ metadata: { owner: 'test' } });
      for (const key of keys)
        await files(clients)
          .getBlockBlobClient(key)
          .upload(key, Buffer.byteLength(key), { metadata: { key: 'v' } });
    });
    const named = ({ name, metadata }: { name: string; metadata?: Record<string, string> }) => ({
      name,
      metadata,
    });
    await same(async (clients) =>
      (await all(files(clients).listBlobsFlat({ includeMetadata: true }))).map(named),
    );
    await same(async (clients) =>
      (await all(files(clients).listBlobsFlat().byPage({ maxPageSize: 3 }))).map(({ segment }) =>
        segment.blobItems.map(({ name }) => name),
      ),
    );
    for (const prefix of ['', 'b/', 'b/2/', 'none'])
      await same(async (clients) =>
        (await all(files(clients).listBlobsByHierarchy('/', { prefix }))).map(({ kind, name }) => ({
          kind,
          name,
        })),
      );
    await same(async ({ blobs }) =>
      (await all(blobs.listContainers({ prefix: 'list', includeMetadata: true }))).map(named),
    );
    await same(async (clients) => (await files(clients).getProperties()).metadata);
  });

  test('copies, leases and conditions', async () => {
    const blob = ({ blobs }: Clients, name: string) =>
      blobs.getContainerClient('used').getBlockBlobClient(name);
    await same(async (clients) => {
      await clients.blobs.createContainer('used');
      await blob(clients, 'a').upload('hello', 5, { metadata: { a: '1' } });
    });
    await same(async (clients) => {
      const poller = await blob(clients, 'b').beginCopyFromURL(blob(clients, 'a').url);
      const { copyStatus } = await poller.pollUntilDone();
      const { metadata, copyProgress } = await blob(clients, 'b').getProperties();
      return { copyStatus, metadata, copyProgress };
    });
    await same((clients) => blob(clients, 'b').beginCopyFromURL(blob(clients, 'none').url));
    await same((clients) => blob(clients, 'a').upload('x', 1, { conditions: { ifNoneMatch: '*' } }));
    await same((clients) => blob(clients, 'a').download(0, undefined, { conditions: { ifMatch: '"0x0"' } }));
    await same(async (clients) => {
      const lease = blob(clients, 'a').getBlobLeaseClient();
      await lease.acquireLease(30);
      const refused = await outcome(() => blob(clients, 'a').delete());
      const { leaseState, leaseStatus, leaseDuration } = await blob(clients, 'a').getProperties();
      await lease.releaseLease();
      return { refused, leaseState, leaseStatus, leaseDuration };
    });
    await same((clients) => blob(clients, 'none').setMetadata({ a: '1' }));
    await same(({ blobs }) => blobs.createContainer('used'));
    await same(({ blobs }) => blobs.deleteContainer('none'));
  });

  test('shared access signatures allow what they say', async () => {
    const container = ({ blobs }: Clients) => blobs.getContainerClient('shared');
    const blob = (clients: Clients, name = 'a') => container(clients).getBlockBlobClient(name);
    const hour = 3_600_000;
    const signed = async (clients: Clients, permissions: string, expiresInMs = hour, contentType?: string) =>
      new BlockBlobClient(
        await blob(clients).generateSasUrl({
          permissions: BlobSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + expiresInMs),
          ...(contentType !== undefined && { contentType }),
        }),
        undefined,
        options,
      );
    await same(async (clients) => {
      await container(clients).create();
      await blob(clients).upload('hello', 5);
    });
    await same(async (clients) => String(await (await signed(clients, 'r')).downloadToBuffer()));
    await same(
      async (clients) => (await (await signed(clients, 'r', hour, 'text/x')).getProperties()).contentType,
    );
    await same(async (clients) => (await signed(clients, 'r')).upload('x', 1));
    await same(async (clients) => (await signed(clients, 'r')).delete());
    await same(async (clients) => (await signed(clients, 'w')).download());
    await same(async (clients) => (await signed(clients, 'c')).upload('x', 1));
    await same(async (clients) => (await signed(clients, 'r')).getTags());
    // Azurite has another code: https://learn.microsoft.com/rest/api/storageservices/sas-error-codes
    const statusOf = async (run: () => Promise<unknown>) => ({
      ...Object(await outcome(run)),
      code: undefined,
    });
    await same(async (clients) => {
      const expired = await signed(clients, 'r', -hour);
      return statusOf(() => expired.download());
    });
    await same(async (clients) => {
      const { url } = await signed(clients, 'r');
      const other = new BlockBlobClient(url.replace('/shared/a?', '/shared/b?'), undefined, options);
      return statusOf(() => other.download());
    });
    await same(async (clients) => (await (await signed(clients, 'w')).upload('new', 3)).contentMD5);
    for (const permissions of ['l', 'r', 'rl'])
      await same(async (clients) => {
        const url = await container(clients).generateSasUrl({
          permissions: ContainerSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + hour),
        });
        const named = new ContainerClient(url, undefined, options);
        const listed = await outcome(async () => (await all(named.listBlobsFlat())).map(({ name }) => name));
        const got = await outcome(async () => String(await named.getBlockBlobClient('a').downloadToBuffer()));
        return { listed, got, properties: await outcome(() => named.getProperties()) };
      });
  });

  test('blobs and blocks come from URLs', async () => {
    const blob = ({ blobs }: Clients, name: string) =>
      blobs.getContainerClient('urls').getBlockBlobClient(name);
    const source = (clients: Clients, name = 'a') =>
      blob(clients, name).generateSasUrl({
        permissions: BlobSASPermissions.parse('r'),
        expiresOn: new Date(Date.now() + 3_600_000),
      });
    const read = async (clients: Clients, name: string) => {
      const { metadata, contentType, copyStatus } = await blob(clients, name).getProperties();
      return {
        text: String(await blob(clients, name).downloadToBuffer()),
        metadata,
        contentType,
        copyStatus,
      };
    };
    await same(async (clients) => {
      await clients.blobs.createContainer('urls');
      const blobHTTPHeaders = { blobContentType: 'text/plain' };
      await blob(clients, 'a').upload('0123456789', 10, { metadata: { a: '1' }, blobHTTPHeaders });
    });
    await same(async (clients) => {
      const { copyStatus } = await blob(clients, 'b').syncCopyFromURL(await source(clients));
      return { answered: copyStatus, ...(await read(clients, 'b')) };
    });
    await same(async (clients) => {
      const id = Buffer.from('one').toString('base64');
      await blob(clients, 'd').stageBlockFromURL(id, await source(clients), 2, 3);
      await blob(clients, 'd').commitBlockList([id]);
      return read(clients, 'd');
    });
  });

  test('messages come, change and go', async () => {
    const queue = ({ queues }: Clients) => queues.getQueueClient('jobs');
    await same(
      async (clients) => (await queue(clients).createIfNotExists({ metadata: { a: 'b' } })).succeeded,
    );
    await same(
      async (clients) => (await queue(clients).createIfNotExists({ metadata: { a: 'b' } })).succeeded,
    );
    await same(({ queues }) => queues.createQueue('jobs', { metadata: { other: 'c' } }));
    await same(async (clients) => {
      for (const text of ['one', 'dHdv', '<3> & "ü"']) await queue(clients).sendMessage(text);
      const { peekedMessageItems } = await queue(clients).peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map(({ messageText, dequeueCount }) => ({ messageText, dequeueCount }));
    });
    await same(async (clients) => {
      const { receivedMessageItems } = await queue(clients).receiveMessages({ visibilityTimeout: 60 });
      const [first] = receivedMessageItems;
      const { messageId = '', popReceipt = '', messageText, dequeueCount } = first ?? {};
      const changed = await queue(clients).updateMessage(messageId, popReceipt, 'changed', 30);
      const stale = await outcome(() => queue(clients).updateMessage(messageId, popReceipt, 'again', 30));
      await queue(clients).deleteMessage(messageId, changed.popReceipt ?? '');
      const { approximateMessagesCount, metadata } = await queue(clients).getProperties();
      return { messageText, dequeueCount, stale, approximateMessagesCount, metadata };
    });
    await same((clients) => queue(clients).sendMessage('x'.repeat(65_537)));
    await same((clients) => queue(clients).receiveMessages({ numberOfMessages: 33 }));
    await same(async (clients) => {
      await queue(clients).clearMessages();
      return (await queue(clients).getProperties()).approximateMessagesCount;
    });
    await same(async ({ queues }) =>
      (await all(queues.listQueues({ includeMetadata: true }))).map(({ name, metadata }) => ({
        name,
        metadata,
      })),
    );
    await same(async (clients) => (await queue(clients).deleteIfExists()).succeeded);
    await same((clients) => queue(clients).sendMessage('nowhere'));
  });
});
