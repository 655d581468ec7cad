// https://learn.microsoft.com/rest/api/storageservices/operations-on-messages
import type { StoragePermission } from '../caller.ts';
import {
  badRequest,
  invalidQuery,
  invalidXml,
  missingParameter,
  StorageError,
  unsupportedVerb,
} from '../errors.ts';
import { httpDate, type StorageReply, type StorageRequest } from '../storage-request.ts';
import { childText, element, textElements, xmlDocument } from '../xml.ts';
import { queuePermissions } from './permissions.ts';
import type { StorageQueue, StorageQueueMessage } from './storage-queue.ts';

const sevenDaysSeconds = 7 * 24 * 3600;
const defaultVisibilitySeconds = 30;
const largestMessageBytes = 64 * 1024;

/**
 * An operation on the messages of a queue, or on the one with this id.
 *
 * @param allow gives the queue when the caller has the permission, and throws otherwise
 */
export function answerMessages(
  call: StorageRequest,
  messageId: string | undefined,
  allow: (permission: StoragePermission) => StorageQueue,
): StorageReply {
  const { method } = call.request;
  if (messageId !== undefined) {
    if (method === 'PUT') return update(call, messageId, allow(queuePermissions.update));
    if (method !== 'DELETE') throw unsupportedVerb();
    allow(queuePermissions.delete).delete(messageId, popReceipt(call));
    return { status: 204 };
  }
  if (method === 'POST') return put(call, allow(queuePermissions.put));
  if (method === 'DELETE') {
    allow(queuePermissions.clear).clear();
    return { status: 204 };
  }
  if (method !== 'GET') throw unsupportedVerb();
  const count = call.number('numofmessages', { minimum: 1, maximum: 32 }) ?? 1;
  if (call.query.get('peekonly')?.toLowerCase() === 'true') {
    const messages = allow(queuePermissions.peek).peek(count);
    return list(
      200,
      messages.map((message) => textElements({ ...common(message), ...counted(message) })),
    );
  }
  const seconds = visibility(call, 1) ?? defaultVisibilitySeconds;
  const messages = allow(queuePermissions.get).get(count, seconds * 1000);
  return list(
    200,
    messages.map((message) => textElements({ ...common(message), ...receipt(message), ...counted(message) })),
  );
}

function put(call: StorageRequest, queue: StorageQueue): StorageReply {
  const text = messageText(call);
  if (text === undefined) throw invalidXml('There is no document');
  const seconds = visibility(call, 0) ?? 0;
  const timeToLive =
    call.number('messagettl', { minimum: -1, maximum: Number.MAX_SAFE_INTEGER }) ?? sevenDaysSeconds;
  if (timeToLive === 0) throw invalidQuery('messagettl', '0', 'The value must be -1 or larger than 0');
  if (timeToLive > 0 && seconds >= timeToLive)
    throw invalidQuery(
      'visibilitytimeout',
      String(seconds),
      'messagettl must be greater than visibilitytimeout',
    );
  const message = queue.put({
    text,
    visibilityMs: seconds * 1000,
    timeToLiveMs: timeToLive === -1 ? Number.POSITIVE_INFINITY : timeToLive * 1000,
  });
  return list(201, [textElements({ ...common(message), ...receipt(message) })]);
}

function update(call: StorageRequest, messageId: string, queue: StorageQueue): StorageReply {
  const seconds = visibility(call, 0);
  if (seconds === undefined) throw missingParameter('visibilitytimeout');
  const message = queue.update(messageId, popReceipt(call), seconds * 1000, messageText(call));
  return {
    status: 204,
    headers: {
      'x-ms-popreceipt': message.popReceipt,
      'x-ms-time-next-visible': httpDate(message.nextVisibleAtMs),
    },
  };
}

const visibility = (call: StorageRequest, minimum: number) =>
  call.number('visibilitytimeout', { minimum, maximum: sevenDaysSeconds });

function popReceipt(call: StorageRequest): string {
  const value = call.query.get('popreceipt');
  if (value === null) throw missingParameter('popreceipt');
  // A query decodes `+` to a space; base64 has none.
  const text = value.replaceAll(' ', '+');
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) throw invalidQuery('popreceipt', value, 'Invalid pop receipt format');
  return text;
}

/** `undefined` when the request has no body, as an update may. */
function messageText(call: StorageRequest): string | undefined {
  if (call.request.body.length === 0) return undefined;
  const root = call.xml();
  const text = root.name === 'QueueMessage' ? childText(root, 'MessageText') : undefined;
  if (text === undefined)
    throw badRequest('MissingRequiredXmlNode', 'A required XML node was not specified in the request body.', {
      XmlNodeName: 'MessageText',
    });
  if (Buffer.byteLength(text) > largestMessageBytes)
    throw new StorageError(
      413,
      'RequestBodyTooLarge',
      'The request body is too large and exceeds the maximum permissible limit.',
      { details: { MaxLimit: String(largestMessageBytes) } },
    );
  return text;
}

const never = 'Fri, 31 Dec 9999 23:59:59 GMT';
const neverMs = Date.parse(never);

const common = ({ id, insertedAtMs, expiresAtMs }: StorageQueueMessage) => ({
  MessageId: id,
  InsertionTime: httpDate(insertedAtMs),
  ExpirationTime: expiresAtMs < neverMs ? httpDate(expiresAtMs) : never,
});

const receipt = (message: StorageQueueMessage) => ({
  PopReceipt: message.popReceipt,
  TimeNextVisible: httpDate(message.nextVisibleAtMs),
});

const counted = ({ dequeueCount, text }: StorageQueueMessage) => ({
  DequeueCount: dequeueCount,
  MessageText: text,
});

const list = (status: number, messages: string[]): StorageReply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(
    element('QueueMessagesList', messages.map((message) => element('QueueMessage', message)).join('')),
  ),
});
