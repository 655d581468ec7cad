// The storage queue output binding, by the requests that the host's extension sends.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-output
import { bound } from '../../functions/binding-data.ts';
import type { WriteOutput } from '../../functions/output-bindings.ts';
import type { TypedData } from '../../functions/typed-data.ts';
import { queuePermissions } from '../queue/permissions.ts';
import { element, escapeXml, xmlDocument } from '../xml.ts';
import { HostClient } from './host-client.ts';
import { queueOptions } from './queue-options.ts';
import { connectionOfBinding, type StorageBindings } from './queue-trigger.ts';

/** Sends each message by itself, in order; the first that finds no queue makes it. */
export const writeQueueOutput =
  (bindings: StorageBindings): WriteOutput =>
  async (app, { binding, data }, { functionName, bindingData }) => {
    const { clock, random } = bindings.runtime;
    const surroundings = { functionName, nowMs: clock.now(), random };
    const name = bound(String(binding.queueName), bindingData(), surroundings);
    const { messageEncoding } = queueOptions(app);
    try {
      const connection = connectionOfBinding({ app, binding }, bindings.storage);
      const client = new HostClient(bindings, connection, { service: 'queue', name });
      for (const text of messagesOf(data))
        send(client, name, messageEncoding === 'none' ? text : Buffer.from(text).toString('base64'));
    } catch (error) {
      throw new Error(
        `Function ${functionName} could not write to the queue ${name}: ${(error as Error).message}`,
      );
    }
  };

function send(client: HostClient, queue: string, text: string): void {
  const request = {
    method: 'POST',
    target: `/${queue}/messages`,
    body: Buffer.from(xmlDocument(element('QueueMessage', element('MessageText', escapeXml(text))))),
    permission: queuePermissions.put,
  };
  if (client.send({ ...request, expected: [404] }).status !== 404) return;
  client.send({ method: 'PUT', target: `/${queue}`, permission: queuePermissions.writeQueue });
  client.send(request);
}

/** One message for each element of an array. */
function messagesOf(data: TypedData): string[] {
  const { string, json, bytes, collectionString } = data;
  if (collectionString) return collectionString.string;
  if (bytes) return [Buffer.from(bytes).toString()];
  const text = string ?? json ?? '';
  if (!text.startsWith('[')) return [text];
  try {
    const elements: unknown = JSON.parse(text);
    if (!Array.isArray(elements)) return [text];
    return elements.map((element) => (typeof element === 'string' ? element : JSON.stringify(element)));
  } catch {
    return [text];
  }
}
