/** A Firestore with a server and clients, for tests. */
import { Firestore as FirestoreClient } from '@google-cloud/firestore';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { createGrpcServer } from '../grpc-server.ts';
import type { MessageCodec } from '../protobuf/protobuf.ts';
import type { GcpAccessRequest, GcpPrincipal } from '../service.ts';
import type { DatabaseDefinition } from './database.ts';
import { createFirestore, type Firestore } from './firestore.ts';

export const databaseName = 'projects/demo/databases/(default)';

export interface TestBed {
  firestore: Firestore;
  clock: VirtualClock;
  meter: Meter;
  /** What was asked of IAM, as `permission` texts. */
  asked: string[];
  /** The official SDK, calling as the service account `token@demo`. */
  sdk(token?: string): FirestoreClient;
  /** One call of a method that the SDK does not use itself. */
  call<Request, Response>(
    method: string,
    request: [Pick<MessageCodec<unknown, Request>, 'encode'>, Request],
    response: Pick<MessageCodec<Response>, 'decode'>,
  ): Promise<Response>;
  close(): Promise<void>;
}

export interface TestBedOptions {
  database?: Partial<DatabaseDefinition>;
  isAllowed?: (principal: GcpPrincipal, request: GcpAccessRequest) => boolean;
  timeToLiveLagMs?: number;
}

export async function createTestBed(options: TestBedOptions = {}): Promise<TestBed> {
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  const meter = new Meter();
  const asked: string[] = [];
  const runtime = {
    projectId: 'demo',
    projectNumber: '1',
    region: 'us-central1',
    clock,
    meter,
    course: quietCourse(),
    random: seededRandom(1),
    authenticate: (token: string): GcpPrincipal => ({ kind: 'serviceAccount', email: `${token}@demo` }),
    isAllowed(principal: GcpPrincipal, request: GcpAccessRequest) {
      asked.push(request.permission);
      return options.isAllowed?.(principal, request) ?? true;
    },
  };
  const { timeToLiveLagMs } = options;
  const firestore = createFirestore(runtime, timeToLiveLagMs === undefined ? {} : { timeToLiveLagMs });
  firestore.createDatabase({ name: databaseName, ...options.database });
  const faults: unknown[] = [];
  const server = createGrpcServer({
    runtime,
    services: firestore.services,
    withoutToken: 'refuse',
    onFault: (error) => faults.push(error),
  });
  const port = await server.listen(0);
  const clients: FirestoreClient[] = [];
  const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    firestore,
    clock,
    meter,
    asked,
    sdk(token = 'app') {
      const client = new FirestoreClient({
        projectId: 'demo',
        host: `127.0.0.1:${port}`,
        ssl: false,
        customHeaders: { Authorization: `Bearer ${token}` },
      });
      clients.push(client);
      return client;
    },
    call(method, [codec, request], response) {
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer app');
      return new Promise((resolve, reject) => {
        raw.makeUnaryRequest(
          `/google.firestore.v1.Firestore/${method}`,
          (message: typeof request) => codec.encode(message),
          (bytes: Buffer) => response.decode(bytes),
          request,
          metadata,
          (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
        );
      });
    },
    async close() {
      await Promise.all(clients.map((client) => client.terminate()));
      raw.close();
      await server.close(0);
      if (faults.length > 0) throw new AggregateError(faults, 'The service failed.');
    },
  };
}
