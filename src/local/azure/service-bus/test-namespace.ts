import { ServiceBusClient } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { seededRandom } from '../../engine/random.ts';
import { createAuthorization } from '../authorization/authorization.ts';
import type { AzureRuntime } from '../service.ts';
import type { QueueSettings } from './message-queue.ts';
import type { Namespace } from './namespace.ts';
import { ServiceBus } from './service-bus.ts';
import { compileRule, defaultRule, type RuleDefinition } from './topic.ts';

export const scope = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  tenantId: '11111111-1111-1111-1111-111111111111',
};

export const namespaceId = `/subscriptions/${scope.subscriptionId}/resourceGroups/rg/providers/Microsoft.ServiceBus/namespaces/acme`;

export interface TestNamespace {
  clock: VirtualClock;
  runtime: AzureRuntime;
  bus: ServiceBus;
  namespace: Namespace;
  meter: Meter;
  authorization: ReturnType<typeof createAuthorization>;
  addQueue(path: string, more?: Partial<QueueSettings>): void;
  addTopic(path: string, subscriptions: Record<string, RuleDefinition | undefined>): void;
}

export function testNamespace(): TestNamespace {
  const clock = virtualClock(Date.UTC(2026, 10, 28));
  const random = seededRandom(5);
  const meter = new Meter();
  const authorization = createAuthorization({ ...scope, clock, random });
  const { authenticate, isAllowed } = authorization;
  const runtime: AzureRuntime = {
    ...scope,
    clock,
    random,
    meter,
    course: quietCourse(),
    authenticate,
    isAllowed,
  };
  const bus = new ServiceBus(runtime);
  const namespace = bus.createNamespace({
    id: namespaceId,
    name: 'acme',
    sku: 'Standard',
    localAuthEnabled: true,
  });
  onTestFinished(() => bus.close());
  const settings = (path: string): QueueSettings => ({
    path,
    resourceId: `${namespaceId}/queues/${path}`,
    lockMs: 60_000,
    maximumDeliveries: 10,
    timeToLiveMs: Number.POSITIVE_INFINITY,
    deadLettersExpired: false,
    requiresSession: false,
    duplicateWindowMs: undefined,
    maximumMessageBytes: 256 * 1024,
    takesMessages: true,
    givesMessages: true,
  });
  return {
    clock,
    runtime,
    bus,
    namespace,
    meter,
    authorization,
    addQueue: (path, more) => namespace.createQueue({ ...settings(path), ...more }),
    addTopic(path, subscriptions) {
      namespace.createTopic({ ...settings(path), resourceId: `${namespaceId}/topics/${path}` });
      const topic = namespace.topics.get(path);
      if (!topic) throw new Error('no topic');
      for (const [name, rule] of Object.entries(subscriptions))
        namespace.createSubscription(topic, settings(`${path}/subscriptions/${name}`), {
          name,
          rules: new Map([[defaultRule, compileRule(rule ?? { kind: 'sql', expression: '1=1' })]]),
          deadLettersFilterErrors: true,
        });
    },
  };
}

/** The SDK, as the owner of the namespace. */
export async function ownerClient(bus: ServiceBus): Promise<ServiceBusClient> {
  const [endpoint] = await bus.listenForOwner();
  const client = new ServiceBusClient(endpoint?.environment.SERVICEBUS_CONNECTION_STRING ?? '', {
    retryOptions: { maxRetries: 0, timeoutInMs: 5000 },
  });
  onTestFinished(() => client.close());
  return client;
}
