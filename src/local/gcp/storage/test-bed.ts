/** A Cloud Storage with a server and clients, for tests. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Storage } from '@google-cloud/storage';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { type Course, quietCourse } from '../../engine/course.ts';
import type { FaultKind } from '../../engine/faults.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { startWireServer } from '../../engine/wire-server.ts';
import type { ObjectEvent } from '../eventarc/event-router.ts';
import type { GcpAccessRequest, GcpPrincipal } from '../service.ts';
import { parseConfiguration, type StorageBucket } from './bucket.ts';
import { CloudStorage } from './cloud-storage.ts';
import { storageEndpoint } from './endpoint.ts';

export interface StorageTestBed {
  storage: CloudStorage;
  bucket: StorageBucket;
  clock: VirtualClock;
  meter: Meter;
  course: Course;
  events: ObjectEvent[];
  /** What was asked of IAM: `storage.objects.get projects/_/buckets/b/objects/o`. */
  asked: string[];
  /** Kinds of faults that strike at every occasion from now on. */
  struck: Set<FaultKind>;
  /** Of the endpoint that asks for a token. */
  url: string;
  /** The official SDK as a service account; without one as the owner. */
  sdk(account?: string): Storage;
  /** Signs as Google does for a service account. */
  signed(text: string): Buffer;
  close(): Promise<void>;
}

export interface StorageTestBedOptions {
  bucket?: Record<string, unknown>;
  isAllowed?(principal: GcpPrincipal | { kind: 'anonymous' }, request: GcpAccessRequest): boolean;
}

export async function createStorageTestBed(options: StorageTestBedOptions = {}): Promise<StorageTestBed> {
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  const meter = new Meter();
  const struck = new Set<FaultKind>();
  const course = {
    ...quietCourse(),
    faults: { strikes: (kind: FaultKind) => struck.has(kind), delayMs: () => 500 },
  };
  const asked: string[] = [];
  const events: ObjectEvent[] = [];
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cloud-storage-'));
  const isAllowed = (principal: GcpPrincipal | { kind: 'anonymous' }, request: GcpAccessRequest): boolean => {
    asked.push(`${request.permission} ${request.resource}`);
    return options.isAllowed?.(principal, request) ?? principal.kind !== 'anonymous';
  };
  const storage = new CloudStorage({
    spillDirectory: path.join(directory, 'objects'),
    onObjectEvent: (event) => events.push(event),
    runtime: {
      projectId: 'demo',
      projectNumber: '123',
      region: 'us-central1',
      clock,
      meter,
      course,
      random: seededRandom(1),
      authenticate: (token) =>
        token === 'expired' ? undefined : { kind: 'serviceAccount', email: `${token}@demo` },
      isAllowed,
      isPublic: (request) => isAllowed({ kind: 'anonymous' }, request),
    },
  });
  const bucket = storage.createBucket(
    'files',
    parseConfiguration({ location: 'us-central1', ...options.bucket }),
  );
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const failures: unknown[] = [];
  const serve = (withoutToken: 'owner' | 'anonymous') => {
    const handler = storageEndpoint({
      storage,
      withoutToken,
      verify: (_, text, signature) => verify('sha256', Buffer.from(text), publicKey, signature),
    });
    return startWireServer({
      plainPort: 0,
      maximumBodyBytes: 64 * 1024 * 1024,
      route: () => handler,
      onError: (error) => failures.push(error),
    });
  };
  const [server, ownersServer] = await Promise.all([serve('anonymous'), serve('owner')]);
  return {
    storage,
    bucket,
    clock,
    meter,
    course,
    events,
    asked,
    struck,
    url: `http://127.0.0.1:${server.plainPort}`,
    sdk(account) {
      const port = account === undefined ? ownersServer.plainPort : server.plainPort;
      const client = new Storage({
        projectId: 'demo',
        apiEndpoint: `http://127.0.0.1:${port}`,
        retryOptions: { autoRetry: false },
      });
      if (account !== undefined)
        client.interceptors.push({
          request(request) {
            request.headers = { ...request.headers, authorization: `Bearer ${account}` };
            // The SDK's own types ask for more than its requests have.
            return request as typeof request & { uri: string };
          },
        });
      return client;
    },
    signed: (text) => sign('sha256', Buffer.from(text), privateKey),
    async close() {
      storage.close();
      await Promise.all([server.close(), ownersServer.close()]);
      rmSync(directory, { recursive: true, force: true });
      if (failures.length > 0) throw new AggregateError(failures, 'The service failed.');
    },
  };
}
