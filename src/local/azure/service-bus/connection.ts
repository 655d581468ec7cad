// How functions that are triggered by messages, or send them by a binding, reach a namespace.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#connections
import { connectionOf } from '../functions/connection.ts';
import type { BoundApp } from '../functions/triggers.ts';
import type { Binding } from '../functions/typed-data.ts';
import type { Caller, Namespace } from './namespace.ts';
import type { ServiceBus } from './service-bus.ts';

const suffix = 'fullyQualifiedNamespace';

/** @throws Error that says what the connection lacks; ServiceBusError when the namespace refuses its key */
export function connect(
  bus: ServiceBus,
  app: BoundApp,
  binding: Binding,
): { namespace: Namespace; caller: Caller } {
  const name =
    typeof binding.connection === 'string' && binding.connection ? binding.connection : 'ServiceBus';
  const connection = connectionOf(app, name, [suffix]);
  if (connection.kind === 'identity') {
    const host = connection.setting(suffix) ?? '';
    if (!connection.identity)
      throw new Error(
        `the connection ${name} is made with a managed identity, and ${app.name} has none that its settings name`,
      );
    const { principalId: objectId } = connection.identity;
    return {
      namespace: found(bus, host, name),
      caller: { kind: 'principal', principal: { kind: 'identity', objectId } },
    };
  }
  const fields = new Map(
    connection.value.split(';').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1)];
    }),
  );
  const host = (fields.get('endpoint') ?? '').replace(/^sb:\/\//i, '').replace(/[:/].*$/, '');
  const namespace = found(bus, host, name);
  const caller = namespace.keyHolder(
    fields.get('sharedaccesskeyname') ?? '',
    fields.get('sharedaccesskey') ?? '',
  );
  return { namespace, caller };
}

function found(bus: ServiceBus, host: string, connection: string): Namespace {
  const namespace = bus.namespaceOfHost(host);
  if (!namespace)
    throw new Error(
      `the connection ${connection} names '${host}', and the stack has no such Service Bus namespace`,
    );
  return namespace;
}
