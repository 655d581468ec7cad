/**
 * EventBridge on this machine: buses with rules, schedules, archives and replays, as PutEvents and AWS services fill
 * them. https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html
 */
import { z } from 'zod';
import type { Channel } from '../../stack-access.ts';
import type { Destination } from '../destinations.ts';
import type { AwsCall, AwsOperation, AwsService } from '../service.ts';
import { BusStore, type EventBridgeSurroundings } from './bus-store.ts';
import { busEvent, type EventContent } from './event.ts';
import { ingest, meterCustomEvent, putEvents, putEventsAccess } from './put-events.ts';
import { DescribeReplay, Replays, StartReplay } from './replay.ts';
import * as rules from './rule-operations.ts';

export interface EventBridge {
  readonly store: BusStore;
  readonly json: AwsService;
  /** Buses, for services and rules that send events to them. */
  readonly destination: Destination;
  /** Sends an event of an AWS service, which costs nothing, to the default bus; gives its id. */
  putServiceEvent(event: Omit<EventContent, 'timeMs'>): string;
  /** The buses as the stack's owner sees them. */
  channels(): Channel[];
  close(): void;
}

/** An EventBridge with the default bus of the runtime's account and region. */
export function createEventBridge(surroundings: EventBridgeSurroundings): EventBridge {
  const store = new BusStore(surroundings);
  return {
    store,
    json: {
      signingName: 'events',
      protocol: { kind: 'json', version: '1.1', target: 'AWSEvents' },
      operations: operationsOf(store),
    },
    destination: {
      action: 'events:PutEvents',
      find: (arn) => store.bus(arn),
      take: (arn, delivery) => take(store, arn, delivery),
    },
    putServiceEvent: (event) => ingest(store, 'default', event, undefined),
    channels: () => channelsOf(store),
    close: () => store.close(),
  };
}

/** What a rule of another bus sends keeps its id and time. */
function take(
  store: BusStore,
  arn: string,
  { body, event, traceHeader }: Parameters<Destination['take']>[1],
): void {
  if (!event) throw new Error(`what was sent to ${arn} has no source and no detail type`);
  const { source, detailType, resources, forwarded } = event;
  const content = { source, detailType, resources, detail: JSON.parse(body) as unknown };
  const bus = store.bus(arn);
  if (forwarded === undefined) {
    meterCustomEvent(store, bus.arn, Buffer.byteLength(body));
    ingest(store, bus.name, content, traceHeader);
    return;
  }
  const nowMs = store.runtime.clock.now();
  const made = busEvent(content, store.runtime, { id: forwarded.id, nowMs });
  store.publish(bus, {
    event: { ...made, time: forwarded.time },
    traceHeader,
    ingestedAtMs: nowMs,
    isForwarded: true,
  });
}

type Run = (store: BusStore, request: unknown, call: AwsCall) => unknown;

const onRule: Record<
  string,
  [run: Run, schema: z.ZodType<{ Name: string; EventBusName?: string | null | undefined }>]
> = {
  DeleteRule: [rules.deleteRule, rules.OfRule],
  DescribeRule: [rules.describeRule, rules.OfRule],
  DisableRule: [rules.setRuleState(false), rules.OfRule],
  EnableRule: [rules.setRuleState(true), rules.OfRule],
  PutRule: [rules.putRule, rules.OfRule],
};
const onTargets: Record<string, Run> = {
  ListTargetsByRule: rules.listTargetsByRule,
  PutTargets: rules.putTargets,
  RemoveTargets: rules.removeTargets,
};

function operationsOf(store: BusStore): Record<string, AwsOperation> {
  const replays = new Replays(store);
  const operation = (run: Run, action: string, resourceOf: (request: unknown) => string): AwsOperation => ({
    access: (request) => [{ action: `events:${action}`, resource: resourceOf(request) }],
    run: (request, call) => run(store, request, call),
  });
  const busOf = (name: string | null | undefined) => (name ?? 'default').split('/').at(-1) ?? 'default';
  const operations: Record<string, AwsOperation> = {
    PutEvents: {
      access: (request) => putEventsAccess(store, request),
      run: (request, call) => putEvents(store, request, call),
    },
    DescribeEventBus: operation(rules.describeEventBus, 'DescribeEventBus', (request) =>
      store.busArn(rules.parse(rules.OfBus, request).Name ?? 'default'),
    ),
    ListEventBuses: operation(rules.listEventBuses, 'ListEventBuses', () => store.arnOf('event-bus/*')),
    ListRules: operation(rules.listRules, 'ListRules', () => store.arnOf('rule/*')),
    TestEventPattern: operation(rules.testEventPattern, 'TestEventPattern', () => '*'),
    StartReplay: operation(
      (_, request) => replays.start(request),
      'StartReplay',
      (request) => store.arnOf(`replay/${rules.parse(StartReplay, request).ReplayName}`),
    ),
    DescribeReplay: operation(
      (_, request) => replays.describe(request),
      'DescribeReplay',
      (request) => store.arnOf(`replay/${rules.parse(DescribeReplay, request).ReplayName}`),
    ),
  };
  for (const [name, [run, schema]] of Object.entries(onRule))
    operations[name] = operation(run, name, (request) => {
      const { Name, EventBusName } = rules.parse(schema, request);
      return store.ruleArn(busOf(EventBusName), Name);
    });
  for (const [name, run] of Object.entries(onTargets))
    operations[name] = operation(run, name, (request) => {
      const { Rule, EventBusName } = rules.parse(rules.OfTargets, request);
      return store.ruleArn(busOf(EventBusName), Rule);
    });
  return operations;
}

const SentBody = z.object({
  source: z.string(),
  detailType: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** The default bus is always there; only rules make it one of the stack. */
function channelsOf(store: BusStore): Channel[] {
  const buses = [...store.buses.values()].filter(({ name, rules }) => name !== 'default' || rules.size > 0);
  return buses.map((bus) => ({
    kind: 'bus',
    name: bus.name,
    aliases: [bus.arn],
    async send({ body }) {
      const { source, detailType, detail } = parseSent(body);
      meterCustomEvent(store, bus.arn, Buffer.byteLength(body));
      return { id: ingest(store, bus.name, { source, detailType, detail }, undefined) };
    },
  }));
}

function parseSent(body: string): z.output<typeof SentBody> {
  const shape = 'An event is sent as JSON: { "source": "...", "detailType": "...", "detail": { ... } }';
  try {
    return SentBody.parse(JSON.parse(body));
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]?.message : (error as Error).message;
    throw new Error(`${shape}. ${why}`);
  }
}
