import { stableId } from '../../engine/stable-id.ts';
import { messagePublished } from './cloud-event.ts';

export interface EventFilter {
  attribute: string;
  value: string;
  /** `match-path-pattern`, or nothing for equality. */
  operator?: string;
}

/** What an Eventarc trigger says, whoever declares it. */
export interface TriggerDefinition {
  /** `projects/p/locations/l/triggers/t` */
  name: string;
  /** One of them is the `type`. */
  filters: readonly EventFilter[];
  /** `projects/p/topics/t`: that of the stack, or the one that the trigger makes for itself. */
  topic: string;
  /** Whether the trigger makes its topic. */
  ownsTopic: boolean;
  /** `projects/p/subscriptions/s` */
  subscription: string;
  /** URL of the service with the path that is called. */
  endpoint: string;
  /** URL of the service: what its token is made for. */
  audience: string;
  serviceAccount: string;
  /** Whether an event comes again when the service fails. */
  retries: boolean;
  ackDeadlineSeconds: number;
}

export const objectEventTypes =
  /^google\.cloud\.storage\.object\.v1\.(finalized|deleted|archived|metadataUpdated)$/;
export const documentEventTypes =
  /^google\.cloud\.firestore\.document\.v1\.(created|updated|deleted|written)$/;

export const typeOf = (filters: readonly EventFilter[]): string =>
  filters.find(({ attribute }) => attribute === 'type')?.value ?? '';

export const isMessageTrigger = (filters: readonly EventFilter[]): boolean =>
  typeOf(filters) === messagePublished;

const digits = (name: string) => stableId(name, 3, '0123456789');

/** What Eventarc calls the topic and the subscription that it makes. */
export function transportNames(trigger: string): { topic: string; subscription: string } {
  const [, project = '', , location = '', , id = ''] = trigger.split('/');
  const prefix = `eventarc-${location}-${id}`;
  return {
    topic: `projects/${project}/topics/${prefix}-${digits(`topic ${trigger}`)}`,
    subscription: `projects/${project}/subscriptions/${prefix}-sub-${digits(`subscription ${trigger}`)}`,
  };
}

/** Whether a path fits a pattern such as `users/{user}`, `users/*` or `archive/**`. */
export function fitsPath(pattern: string, path: string): boolean {
  const source = pattern
    .split('/')
    .map((segment) => {
      if (segment === '**' || /^\{[^/]*=\*\*\}$/.test(segment)) return '.+';
      return segment
        .split(/(\{[^}]*\}|\*)/)
        .map((part) => (/^(\{.*\}|\*)$/.test(part) ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
        .join('');
    })
    .join('/');
  return new RegExp(`^${source}$`).test(path);
}
