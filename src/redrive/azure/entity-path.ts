import { RedriveError } from '../redrive-error.ts';

/** A queue or subscription of a namespace. */
export interface EntityPath {
  /** Absent when only the running stack's namespace can be meant. */
  namespace?: string;
  /** `orders`, or `events/Subscriptions/audit` */
  path: string;
  /** Topic of a subscription. */
  topic?: string;
  subscription?: string;
  /** Whether the dead-letter subqueue was named outright. */
  isSubqueue: boolean;
}

const suffix = /\/\$DeadLetterQueue$/i;
const rule =
  'Give namespace/queue or namespace/topic/subscriptions/name; with /$DeadLetterQueue at its end it can only mean the dead letters.';

/**
 * Reads `namespace/queue`, `namespace/topic/subscriptions/name`, a resource id or a URI.
 *
 * @throws RedriveError
 */
export function entityPath(text: string): EntityPath {
  const isSubqueue = suffix.test(text);
  const entity = text
    .replace(suffix, '')
    .replace(/^\/subscriptions\/.*\/Microsoft\.ServiceBus\/namespaces\/([^/]+)\/(?:queues|topics)\//i, '$1/')
    .replace(/^(?:sb|https?):\/\//i, '')
    .replace(/^([^/.]+)\.servicebus\.[\w.-]+\//i, '$1/');
  const [, before = entity, subscription] = /^(.+)\/subscriptions\/([^/]+)$/i.exec(entity) ?? [];
  const at = before.indexOf('/');
  const namespace = at < 0 ? undefined : before.slice(0, at);
  const name = before.slice(at + 1);
  if (name === '' || namespace === '' || /[\s$]/.test(entity))
    throw new RedriveError(`'${text}' names no Service Bus queue or subscription. ${rule}`);
  return {
    ...(namespace !== undefined && { namespace }),
    path: subscription === undefined ? name : `${name}/Subscriptions/${subscription}`,
    ...(subscription !== undefined && { topic: name, subscription }),
    isSubqueue,
  };
}

/** @throws RedriveError when the text names none, as in a real account it must */
export function namespaceOf(text: string, { namespace }: EntityPath): string {
  if (namespace === undefined)
    throw new RedriveError(`'${text}' does not tell its Service Bus namespace. ${rule}`);
  return namespace;
}
