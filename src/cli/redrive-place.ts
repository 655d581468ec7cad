import type { LocalCloud } from '../local/local-cloud.ts';
import type { Channel } from '../local/stack-access.ts';
import type { Place } from '../redrive/place.ts';

/** Where a queue of the running stack is for the vendor's SDK. @throws Error that names the queues that there are */
export function placeOf(app: LocalCloud, text: string): Place {
  const output = app.stack.outputs[text]?.value;
  const name = typeof output === 'string' ? output : text;
  const queues = app.access.channels.filter(({ kind }) => kind === 'queue');
  const queue = queues.find((one) => one.name === name || one.aliases.includes(name));
  if (!queue)
    throw new Error(
      queues.length === 0
        ? 'The running stack has no queue.'
        : `The running stack has no queue '${text}'. It has: ${queues.map((one) => one.name).join(', ')}.`,
    );
  if (app.cloud !== 'azure') return { cloud: app.cloud, queue: queue.name, local: environmentOf(app) };
  const namespace = namespaceOf(app, queue);
  return {
    cloud: 'azure',
    queue: `${namespace}/${queue.name}`,
    local: environmentOf(app, namespace),
  };
}

/** A queue is known as `namespace/queue` as well. */
function namespaceOf(app: LocalCloud, { name, aliases }: Channel): string {
  const namespaces = app.endpoints.flatMap(({ environment }) => environment.SERVICEBUS_NAMESPACE ?? []);
  const namespace = namespaces.find((one) => aliases.includes(`${one}/${name}`));
  if (namespace === undefined)
    throw new Error(`'${name}' is no Service Bus queue: only those have dead letters that redrive knows.`);
  return namespace;
}

/** Variables of all endpoints; of several Service Bus namespaces, those of the one that is meant. */
function environmentOf(app: LocalCloud, namespace?: string): Record<string, string> {
  const environments = app.endpoints
    .map(({ environment }) => environment)
    .filter(({ SERVICEBUS_NAMESPACE: other }) => other === undefined || other === namespace);
  return Object.assign({}, ...environments);
}
