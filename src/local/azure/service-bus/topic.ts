import type { AzureRuntime } from '../service.ts';
import { type CorrelationFilter, correlationFilter } from './filter/correlation-filter.ts';
import { type Filter, type FilteredMessage, sqlFilter } from './filter/sql-filter.ts';
import { forwarded, Intake, type IntakeSettings } from './intake.ts';
import { annotations, type BrokeredMessage, type IncomingMessage, idText } from './message.ts';
import type { MessageQueue } from './message-queue.ts';

export type RuleDefinition =
  | { kind: 'sql'; expression: string }
  | { kind: 'correlation'; filter: CorrelationFilter };

/** A subscription of a topic: a queue of the messages that one of its rules lets pass. */
export interface Subscription {
  name: string;
  queue: MessageQueue;
  /** By name; a subscription without rules gets nothing. */
  rules: Map<string, Filter>;
  deadLettersFilterErrors: boolean;
}

/** The rule that every subscription is made with. */
export const defaultRule = '$Default';

/** @throws FilterSyntaxError */
export const compileRule = (rule: RuleDefinition): Filter =>
  rule.kind === 'sql' ? sqlFilter(rule.expression) : correlationFilter(rule.filter);

/** A topic: every message goes to each subscription that has a rule for it. */
export class Topic {
  readonly settings: IntakeSettings & { resourceId: string };
  readonly subscriptions = new Map<string, Subscription>();
  readonly #runtime: Pick<AzureRuntime, 'clock' | 'random' | 'course'>;
  readonly #intake: Intake;

  constructor(
    settings: IntakeSettings & { resourceId: string },
    runtime: Pick<AzureRuntime, 'clock' | 'random' | 'course'>,
  ) {
    this.settings = settings;
    this.#runtime = runtime;
    const { clock, random, course } = runtime;
    this.#intake = new Intake(settings, {
      clock,
      random,
      course,
      deliver: (message) => this.#publish(message),
    });
  }

  get path(): string {
    return this.settings.path;
  }

  /** Takes a message, now, after a delay or for its own time. Gives its sequence number. @throws ServiceBusError */
  send(message: IncomingMessage, delayMs?: number): number {
    return this.#intake.accept(message, delayMs);
  }

  /** @throws ServiceBusError why `send` would refuse the message */
  check(message: IncomingMessage): void {
    this.#intake.check(message);
  }

  /** @throws ServiceBusError when one of them is not scheduled */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancel(sequenceNumbers);
  }

  close(): void {
    this.#intake.close();
    for (const { queue } of this.subscriptions.values()) queue.close();
  }

  #publish(message: BrokeredMessage): void {
    const { clock, random, course } = this.#runtime;
    if (course.timeline.isWatched)
      course.timeline.record({
        atMs: clock.now(),
        kind: 'enqueued',
        place: this.path,
        subject: idText(message.amqp.message_id) ?? String(message.sequenceNumber),
      });
    const seen = filtered(message, clock.now(), () => random.uuid());
    for (const { queue, rules, deadLettersFilterErrors } of this.subscriptions.values()) {
      const verdict = judged(rules, seen);
      // Into a subscription it is no further hop.
      const copy = { ...forwarded(message), hops: message.hops };
      if (verdict === true && queue.settings.requiresSession && !copy.amqp.group_id)
        queue.refuse(copy, {
          reason: 'Session id is null.',
          description: 'Session enabled entity does not allow a message whose session identifier is null.',
        });
      else if (verdict === true) queue.send(copy);
      else if (verdict !== false && deadLettersFilterErrors)
        queue.refuse(copy, { reason: 'FilterEvaluationException', description: verdict.message });
    }
  }
}

/** Whether a rule lets the message pass, or what went wrong with the first that could not say. */
function judged(rules: ReadonlyMap<string, Filter>, message: FilteredMessage): boolean | Error {
  let failure: Error | undefined;
  for (const filter of rules.values()) {
    try {
      if (filter(message)) return true;
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }
  return failure ?? false;
}

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messages-payloads#message-properties */
function filtered(message: BrokeredMessage, nowMs: number, newId: () => string): FilteredMessage {
  const { amqp, sequenceNumber, sizeBytes } = message;
  const partitionKey = amqp.message_annotations?.[annotations.partitionKey];
  return {
    system: {
      contenttype: amqp.content_type,
      correlationid: idText(amqp.correlation_id),
      deliverycount: 0,
      enqueuedtimeutc: new Date(nowMs),
      expiresatutc: amqp.ttl === undefined ? undefined : new Date(nowMs + amqp.ttl),
      label: amqp.subject,
      messageid: idText(amqp.message_id),
      partitionkey: typeof partitionKey === 'string' ? partitionKey : undefined,
      replyto: amqp.reply_to,
      replytosessionid: amqp.reply_to_group_id,
      sequencenumber: sequenceNumber,
      sessionid: amqp.group_id,
      size: sizeBytes,
      subject: amqp.subject,
      timetolive: amqp.ttl,
      to: amqp.to,
    },
    user: amqp.application_properties ?? {},
    newId,
  };
}
