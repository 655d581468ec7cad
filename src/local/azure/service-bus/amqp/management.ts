// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
import rhea from 'rhea';
import { argumentError, notSupported } from '../errors.ts';
import { incoming, plainFormat } from '../message.ts';
import type { LockedMessage, MessageQueue } from '../message-queue.ts';
import type { Destination } from '../namespace.ts';
import { delivered, uuidBytes, uuidText } from './outgoing.ts';

const { types } = rhea;

export interface ManagementCall {
  operation: string;
  body: Readonly<Record<string, unknown>>;
  /** Whoever asks must have the right; gives what he asks about. @throws ServiceBusError */
  source(): MessageQueue;
  destination(): Destination;
  /** Counts operations as they are billed. */
  count(operations: number, sizeBytes?: number): void;
}

export interface ManagementAnswer {
  status: number;
  body?: Record<string, unknown>;
}

type Operation = (call: ManagementCall) => ManagementAnswer;

/** @throws ServiceBusError */
export function manage(call: ManagementCall): ManagementAnswer {
  const run = operations[call.operation];
  if (!run) throw notSupported(`the operation ${call.operation}`);
  return run(call);
}

const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:peek-message'({ body, source, count }) {
    const queue = source();
    const found = queue.peek(
      number(body['from-sequence-number']),
      number(body['message-count']),
      typeof body['session-id'] === 'string' ? body['session-id'] : undefined,
    );
    count(Math.max(1, found.length));
    if (found.length === 0) return { status: 204 };
    const messages = found.map(({ message, enqueuedAtMs, receiveCount, state }) =>
      types.wrap_map({
        message: delivered(message, { enqueuedAtMs, earlierDeliveries: receiveCount, state }),
      }),
    );
    return { status: 200, body: { messages } };
  },

  'com.microsoft:renew-lock'({ body, source, count }) {
    const queue = source();
    const untilMs = lockTokens(body).map((token) => queue.renew(token));
    count(untilMs.length);
    return { status: 200, body: { expirations: types.wrap_array(untilMs, typecodes.timestamp, undefined) } };
  },

  'com.microsoft:schedule-message'({ body, destination, count }) {
    const target = destination();
    const messages = maps(body.messages).flatMap(({ message }) =>
      Buffer.isBuffer(message) ? incoming(message, plainFormat) : [],
    );
    for (const message of messages) target.check(message);
    const numbers = messages.map((message) => {
      count(1, message.sizeBytes);
      return target.send(message);
    });
    return {
      status: 200,
      body: { 'sequence-numbers': types.wrap_array(numbers, typecodes.long, undefined) },
    };
  },

  'com.microsoft:cancel-scheduled-message'({ body, destination, count }) {
    count(1);
    destination().cancelScheduled(list(body['sequence-numbers']).map(number));
    return { status: 200 };
  },

  'com.microsoft:receive-by-sequence-number'({ body, source, count }) {
    const queue = source();
    const locked = queue.receiveDeferred(list(body['sequence-numbers']).map(number));
    for (const { queued } of locked) count(1, queued.content.sizeBytes);
    const deletes = number(body['receiver-settle-mode'] ?? 0) === 0;
    if (deletes) for (const { lockToken } of locked) queue.complete(lockToken);
    return { status: 200, body: { messages: locked.map(lockedEntry) } };
  },

  'com.microsoft:update-disposition'({ body, source, count }) {
    const queue = source();
    const properties = isMap(body['properties-to-modify']) ? body['properties-to-modify'] : undefined;
    for (const token of lockTokens(body)) {
      count(1);
      dispose(queue, token, String(body['disposition-status']), properties, body);
    }
    return { status: 200 };
  },

  'com.microsoft:renew-session-lock'({ body, source, count }) {
    count(1);
    const untilMs = source().sessions.renew(text(body['session-id']));
    return { status: 200, body: { expiration: new Date(untilMs) } };
  },

  'com.microsoft:get-session-state'({ body, source, count }) {
    count(1);
    const state = source().sessions.state(text(body['session-id']));
    return { status: 200, body: { 'session-state': state ?? null } };
  },

  'com.microsoft:set-session-state'({ body, source, count }) {
    count(1);
    const state = body['session-state'];
    source().sessions.setState(text(body['session-id']), Buffer.isBuffer(state) ? state : undefined);
    return { status: 200 };
  },
};

function dispose(
  queue: MessageQueue,
  token: string,
  status: string,
  properties: Readonly<Record<string, unknown>> | undefined,
  body: Readonly<Record<string, unknown>>,
): void {
  const { 'deadletter-reason': reason, 'deadletter-description': description } = body;
  if (status === 'completed') queue.complete(token);
  else if (status === 'abandoned') queue.abandon(token, properties);
  else if (status === 'defered') queue.defer(token, properties);
  else if (status === 'suspended')
    queue.deadLetter(token, {
      ...(properties && { properties }),
      ...(typeof reason === 'string' && { reason }),
      ...(typeof description === 'string' && { description }),
    });
  else throw argumentError(`The disposition status '${status}' is not valid.`);
}

/** https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-types-v1.0-os.html */
const typecodes = { long: 0x81, timestamp: 0x83 } as const;

const lockedEntry = ({ lockToken, queued, lockedUntilMs }: LockedMessage) =>
  types.wrap_map({
    'lock-token': types.wrap_uuid(uuidBytes(lockToken)),
    message: delivered(queued.content, {
      enqueuedAtMs: queued.enqueuedAtMs,
      lockedUntilMs,
      earlierDeliveries: queued.receiveCount - 1,
      state: 'deferred',
    }),
  });

const lockTokens = (body: ManagementCall['body']): string[] =>
  list(body['lock-tokens']).flatMap((token) => (Buffer.isBuffer(token) ? [uuidText(token)] : []));

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const maps = (value: unknown) => list(value).filter(isMap);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Long numbers that rhea cannot give as a number come as bytes. */
function number(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof Date) return value.getTime();
  if (Buffer.isBuffer(value)) return Number(value.readBigInt64BE());
  throw argumentError('A number is missing in the request.');
}
