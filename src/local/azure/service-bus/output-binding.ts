// https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-output
import { bound } from '../functions/binding-data.ts';
import type { WriteOutput } from '../functions/output-bindings.ts';
import type { TypedData } from '../functions/typed-data.ts';
import type { AzureRuntime } from '../service.ts';
import { connect } from './connection.ts';
import { serverBusy, serviceDown } from './errors.ts';
import { type IncomingMessage, textMessage } from './message.ts';
import type { ServiceBus } from './service-bus.ts';

/** Times that the host's client tries again what the service refuses for the moment. */
const retries = 3;

/** Sends what functions give to their output bindings. */
export const serviceBusOutput =
  (
    bus: ServiceBus,
    { clock, random, course: { faults } }: Pick<AzureRuntime, 'clock' | 'course' | 'random'>,
  ): WriteOutput =>
  async (app, { binding, data }, { functionName, traceParent, bindingData }) => {
    const { namespace, caller } = connect(bus, app, binding);
    const surroundings = { functionName, nowMs: clock.now(), random };
    const path = bound(String(binding.queueName ?? binding.topicName), bindingData(), surroundings);
    const target = namespace.destination(path);
    namespace.authorize(caller, 'Send', { path, resourceId: target.settings.resourceId });
    let failure: Error | undefined;
    for (let attempt = 0; attempt <= retries; attempt++) {
      if (faults.strikes('dependency-down', 'service-bus')) failure = serviceDown();
      else if (faults.strikes('throttle', 'service-bus')) failure = serverBusy();
      else failure = undefined;
      if (!failure) break;
    }
    if (failure) throw failure;
    const messages = messagesOf(data, traceParent);
    for (const message of messages) target.check(message);
    for (const message of messages) {
      namespace.count(1, message.sizeBytes);
      target.send(message);
    }
  };

/** One message, or one for each element of a list. */
function messagesOf(data: TypedData, traceParent: string | undefined): IncomingMessage[] {
  const { string, json, bytes, collectionString, collectionBytes, int, double } = data;
  const one = (body: Buffer, contentType?: string) =>
    textMessage(body, {
      ...(contentType !== undefined && { content_type: contentType }),
      ...(traceParent !== undefined && {
        application_properties: { 'Diagnostic-Id': traceParent, traceparent: traceParent },
      }),
    });
  const ofText = (text: string) => one(Buffer.from(text), 'text/plain');
  const ofValue = (value: unknown) =>
    typeof value === 'string' ? ofText(value) : one(Buffer.from(JSON.stringify(value)), 'application/json');
  if (string !== undefined) return [ofText(string)];
  if (bytes !== undefined) return [one(Buffer.from(bytes))];
  if (collectionString) return collectionString.string.map(ofText);
  if (collectionBytes) return collectionBytes.bytes.map((part) => one(Buffer.from(part)));
  if (json !== undefined) {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.map(ofValue) : [ofValue(value)];
  }
  const number = int ?? double;
  return number === undefined ? [] : [ofValue(number)];
}
