/** A Pub/Sub with a server and clients, for tests. */
import { PubSub as PubSubClient, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { type Course, quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { createGrpcServer } from '../grpc-server.ts';
import type { GcpAccessRequest, GcpPrincipal, GcpRuntime } from '../service.ts';
import { PubSub } from './pubsub.ts';
import { grpcServices } from './services.ts';

export interface TestBedOptions {
  course?: Course;
  isAllowed?(principal: GcpPrincipal, request: GcpAccessRequest): boolean;
}

export interface TestBed {
  pubsub: PubSub;
  runtime: GcpRuntime;
  clock: VirtualClock;
  meter: Meter;
  /** The official SDK, calling as the owner. */
  sdk: PubSubClient;
  /** The API beneath it, for what the SDK itself does not use. */
  subscriber: v1.SubscriberClient;
  close(): Promise<void>;
}

export function testRuntime(options: TestBedOptions = {}) {
  const clock = virtualClock(Date.UTC(2030, 0, 1));
  const meter = new Meter();
  const runtime: GcpRuntime = {
    projectId: 'demo',
    projectNumber: '1',
    region: 'us-central1',
    clock,
    meter,
    course: options.course ?? quietCourse(),
    random: seededRandom(1),
    authenticate: (token) => ({ kind: 'serviceAccount', email: `${token}@demo` }),
    isAllowed: (principal, request) => options.isAllowed?.(principal, request) ?? true,
  };
  return { clock, meter, runtime };
}

export async function createTestBed(options: TestBedOptions = {}): Promise<TestBed> {
  const { clock, meter, runtime } = testRuntime(options);
  const pubsub = new PubSub(runtime);
  const faults: unknown[] = [];
  const server = createGrpcServer({
    runtime,
    services: grpcServices(pubsub),
    withoutToken: 'owner',
    onFault: (error) => faults.push(error),
  });
  const port = await server.listen(0);
  const sdk = client(port);
  const subscriber = new v1.SubscriberClient(clientOptions(port));
  return {
    pubsub,
    runtime,
    clock,
    meter,
    sdk,
    subscriber,
    async close() {
      await Promise.all([sdk.close(), subscriber.close()]);
      pubsub.close();
      await server.close(0);
      if (faults.length > 0) throw new AggregateError(faults, 'The service failed.');
    },
  };
}

/** What connects a client to a port of this machine. */
export const clientOptions = (port: number) => ({
  projectId: 'demo',
  apiEndpoint: `127.0.0.1:${port}`,
  servicePath: '127.0.0.1',
  port,
  emulatorMode: true,
  sslCreds: credentials.createInsecure(),
});

export const client = (port: number): PubSubClient => new PubSubClient(clientOptions(port));
