import type { Filter } from './sql-filter.ts';

/** Properties that a message must have, each equal; those that are left out may be anything. */
export interface CorrelationFilter {
  contentType?: string;
  correlationId?: string;
  label?: string;
  messageId?: string;
  replyTo?: string;
  replyToSessionId?: string;
  sessionId?: string;
  to?: string;
  properties?: Readonly<Record<string, unknown>>;
}

/** https://learn.microsoft.com/azure/service-bus-messaging/topic-filters#correlation-filters */
export function correlationFilter({ properties = {}, ...system }: CorrelationFilter): Filter {
  const wanted = Object.entries(system).map(([name, value]) => [name.toLowerCase(), value] as const);
  return (message) =>
    wanted.every(([name, value]) => message.system[name] === value) &&
    // Terraform knows texts only; numbers and truths of messages are compared in their text.
    Object.entries(properties).every(
      ([name, value]) => message.user[name] !== undefined && String(message.user[name]) === String(value),
    );
}
