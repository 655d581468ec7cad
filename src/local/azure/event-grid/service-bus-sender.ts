import { textMessage } from '../service-bus/message.ts';
import type { ServiceBus } from '../service-bus/service-bus.ts';
import type { ServiceBusSender } from './targets.ts';

/** Sends events to the queues and topics of the stack's namespaces. */
export const serviceBusSender = (bus: Pick<ServiceBus, 'namespace'>): ServiceBusSender => ({
  send(entityId, { body, properties }) {
    const [, name = '', path = ''] =
      /\/namespaces\/([^/]+)\/(?:queues|topics)\/([^/]+)$/i.exec(entityId) ?? [];
    const namespace = bus.namespace(name);
    if (!namespace) throw new Error(`There is no Service Bus queue or topic ${entityId} in this stack.`);
    const message = textMessage(Buffer.from(body), {
      content_type: 'application/json',
      application_properties: properties,
    });
    namespace.destination(path).send(message);
  },
});
