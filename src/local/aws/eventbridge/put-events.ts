// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
import { z } from 'zod';
import type { AccessRequest, AwsCall } from '../service.ts';
import type { BusStore } from './bus-store.ts';
import { invalid, unsupported } from './errors.ts';
import { busEvent, type EventContent } from './event.ts';

const text = z.string().nullish();
const Entry = z.object({
  Time: z.number().nullish(),
  Source: text,
  DetailType: text,
  Detail: text,
  EventBusName: text,
  Resources: z.array(z.string()).nullish(),
  TraceHeader: text,
});
type Entry = z.output<typeof Entry>;
const PutEvents = z.object({ Entries: z.array(Entry), EndpointId: text });

const maximumEntries = 10;
const maximumBytes = 1_048_576;
const billedChunkBytes = 65_536;

function parse(request: unknown): Entry[] {
  const result = PutEvents.safeParse(request);
  if (!result.success) throw invalid(result.error.issues[0]?.message ?? 'The request is not valid.');
  if (result.data.EndpointId) throw unsupported('global endpoints (EndpointId)');
  return result.data.Entries;
}

/** Each entry needs the permission on its bus. */
export function putEventsAccess(store: BusStore, request: unknown): AccessRequest[] {
  return parse(request).map(({ EventBusName, Source, DetailType }) => ({
    action: 'events:PutEvents',
    resource: store.busArn(EventBusName ?? 'default'),
    context: {
      'events:source': [Source ?? ''],
      'events:detail-type': [DetailType ?? ''],
      'events:eventbusinvocation': ['false'],
    },
  }));
}

export function putEvents(store: BusStore, request: unknown, call: Pick<AwsCall, 'traceHeader'>): object {
  const entries = parse(request);
  if (entries.length < 1 || entries.length > maximumEntries)
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maximumEntries}`}`,
    );
  if (entries.reduce((sum, entry) => sum + sizeBytes(entry), 0) >= maximumBytes)
    throw invalid('Total size of the entries in the request is over the limit.');
  const Entries = entries.map((entry) => put(store, entry, call));
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
const sizeBytes = ({ Time, Source, DetailType, Detail, Resources }: Entry) =>
  (Time ? 14 : 0) +
  [Source, DetailType, Detail, ...(Resources ?? [])].reduce(
    (sum, part) => sum + Buffer.byteLength(part ?? ''),
    0,
  );

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

const failed = (ErrorCode: string, ErrorMessage: string): EntryResult => ({ ErrorCode, ErrorMessage });

function put(store: BusStore, entry: Entry, { traceHeader }: Pick<AwsCall, 'traceHeader'>): EntryResult {
  const { Source, DetailType, Detail } = entry;
  for (const [name, value] of Object.entries({ Source, DetailType, Detail }))
    if (!value)
      return failed(
        'InvalidArgument',
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  if (Source?.startsWith('aws.'))
    return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = parseDetail(Detail ?? '');
  if (detail === undefined) return failed('MalformedDetail', 'Detail is malformed.');
  const bus = store.find(entry.EventBusName ?? 'default');
  if (!bus) return failed('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
  meterCustomEvent(store, bus.arn, sizeBytes(entry));
  return {
    EventId: ingest(
      store,
      bus.name,
      {
        source: Source ?? '',
        detailType: DetailType ?? '',
        resources: entry.Resources ?? [],
        detail,
        ...(entry.Time && { timeMs: entry.Time * 1000 }),
      },
      entry.TraceHeader ?? traceHeader,
    ),
  };
}

/** Custom events cost by started 64 KB. https://aws.amazon.com/eventbridge/pricing/ */
export function meterCustomEvent(store: BusStore, busArn: string, bytes: number): void {
  const chunks = Math.max(1, Math.ceil(bytes / billedChunkBytes));
  store.runtime.meter.add('eventbridge', 'custom-events', busArn, chunks);
}

function parseDetail(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** Makes an event and sends it through a bus; gives its id. @throws AwsError when there is no such bus */
export function ingest(
  store: BusStore,
  busName: string,
  content: EventContent,
  traceHeader: string | undefined,
): string {
  const { random, clock } = store.runtime;
  const ingestedAtMs = clock.now();
  const event = busEvent(content, store.runtime, { id: random.uuid(), nowMs: ingestedAtMs });
  store.publish(store.bus(busName), { event, traceHeader, ingestedAtMs, isForwarded: false });
  return event.id;
}
