import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StorageSharedKeyCredential as BlobKey, BlobServiceClient } from '@azure/storage-blob';
import { StorageSharedKeyCredential as QueueKey, QueueServiceClient } from '@azure/storage-queue';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { startWireServer } from '../../engine/wire-server.ts';
import { createAuthorization } from '../authorization/authorization.ts';
import type { AzureRuntime } from '../service.ts';
import type { StorageAccountDefinition } from './account.ts';
import { StorageAccounts } from './storage-accounts.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const group = '/subscriptions/sub/resourceGroups/shop';
export const accountId = `${group}/providers/Microsoft.Storage/storageAccounts/shop`;
export const accountKey = Buffer.from('a key of the account').toString('base64');
export const startMs = Date.UTC(2026, 10, 28);

export interface Reply {
  status: number;
  headers: Record<string, string | string[]>;
  text: string;
  /** `x-ms-error-code`. */
  code: string | undefined;
}

/** An account `shop`, an identity without rights, clients of the owner, and who asks as the identity. */
export async function testStorage(definition: Partial<StorageAccountDefinition> = {}) {
  const runDirectory = mkdtempSync(path.join(tmpdir(), 'storage-test-'));
  const clock = virtualClock(startMs);
  const random = seededRandom(1);
  const meter = new Meter();
  const course = quietCourse();
  const authorization = createAuthorization({ ...scope, clock, random });
  const { authenticate, isAllowed } = authorization;
  const runtime: AzureRuntime = { ...scope, clock, meter, course, random, authenticate, isAllowed };
  const storage = new StorageAccounts(runtime, { runDirectory });
  const account = storage.add({
    id: accountId,
    name: 'shop',
    location: 'eastus2',
    keys: [accountKey],
    sharedKeyEnabled: true,
    versioningEnabled: false,
    ...definition,
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const common = { plainPort: 0, maximumBodyBytes: 64 * 1024 * 1024, onError: fail };
  const blobServer = await startWireServer({ ...common, route: () => storage.handleBlobOwner });
  const queueServer = await startWireServer({ ...common, route: () => storage.handleQueueOwner });
  const identity = authorization.addIdentity(
    `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker`,
  );
  const retryOptions = { maxTries: 1 };
  return {
    account,
    authorization,
    blobs: new BlobServiceClient(
      `http://127.0.0.1:${blobServer.plainPort}/shop`,
      new BlobKey('shop', accountKey),
      { retryOptions },
    ),
    queues: new QueueServiceClient(
      `http://127.0.0.1:${queueServer.plainPort}/shop`,
      new QueueKey('shop', accountKey),
      { retryOptions },
    ),
    clock,
    course,
    identity,
    meter,
    runtime,
    storage,
    /** Assigns a built-in role to the identity. */
    assign(guid: string, at = accountId) {
      authorization.assignRole({
        system: 'azure',
        roleDefinitionId: guid,
        scope: at,
        principalId: identity.principalId,
        source: { file: 'main.tf', line: 1, address: 'azurerm_role_assignment.this' },
      });
    },
    /** Sends a request to a host of the cloud, as the identity unless it says otherwise. `target` is with its query. */
    async ask(
      method: string,
      target: string,
      options: { body?: string; headers?: Record<string, string>; authorization?: string | null } = {},
    ): Promise<Reply> {
      const url = new URL(target);
      const token = authorization.issueToken(identity.principalId, 'https://storage.azure.com');
      const { authorization: given = `Bearer ${token}` } = options;
      const { status, headers, body } = storage.handle({
        method,
        host: url.hostname,
        path: url.pathname,
        query: url.search.slice(1),
        headers: {
          'x-ms-version': '2026-04-06',
          ...options.headers,
          ...(given !== null && { authorization: given }),
        },
        body: Buffer.from(options.body ?? ''),
      });
      const code = headers['x-ms-error-code'];
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
      return { status, headers, text, code: typeof code === 'string' ? code : undefined };
    },
    async close() {
      storage.close();
      await Promise.all([blobServer.close(), queueServer.close()]);
      rmSync(runDirectory, { recursive: true, force: true });
    },
  };
}

export type TestStorage = Awaited<ReturnType<typeof testStorage>>;

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
export const roles = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  blobReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
  queueProcessor: '8a0f0c08-91a1-4084-bc3d-661d67233fed',
  queueSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
};
