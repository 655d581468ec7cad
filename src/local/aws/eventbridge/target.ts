import {
  type DeadDelivery,
  type DeliveryFailure,
  type DeliveryOutcome,
  exponentialBackoff,
  RetryingDelivery,
} from '../../engine/retrying-delivery.ts';
import type { DeadLetterRoute, Delivery, Sender } from '../destinations.ts';
import { AwsError } from '../service.ts';
import type { EventBridgeSurroundings } from './bus-store.ts';
import type { Travelling } from './event.ts';
import type { Rule } from './rule.ts';
import { type TargetInput, type TargetInputOptions, targetInput } from './target-input.ts';

export interface TargetOptions extends TargetInputOptions {
  id: string;
  arn: string;
  roleArn?: string;
  deadLetterArn?: string;
  maximumRetries?: number;
  maximumAgeMs?: number;
  /** For FIFO queues, and to make a standard one fair. */
  messageGroupId?: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html */
const defaultRetries = 185;
const defaultAgeMs = 24 * 3_600_000;
/** How long the pauses are is not documented: these fill the day with the default number of attempts. */
const pauses = { firstMs: 1000, longestMs: 600_000 };

/** One target of a rule, with its own retries and dead-letter queue. */
export class Target {
  readonly options: TargetOptions;
  readonly #rule: Rule;
  readonly #surroundings: EventBridgeSurroundings;
  readonly #input: TargetInput;
  readonly #sender: Sender;
  readonly #delivery: RetryingDelivery<Travelling>;

  /** @throws Error for an input that is not valid, AwsError when the role can't be assumed */
  constructor(options: TargetOptions, rule: Rule, surroundings: EventBridgeSurroundings) {
    this.options = options;
    this.#rule = rule;
    this.#surroundings = surroundings;
    this.#input = targetInput(options, rule);
    this.#sender = senderOf(options, rule, surroundings);
    const { runtime, warn } = surroundings;
    const policy = {
      maximumAttempts: (options.maximumRetries ?? defaultRetries) + 1,
      maximumAgeMs: options.maximumAgeMs ?? defaultAgeMs,
      delayMs: exponentialBackoff(pauses, runtime.random),
    };
    const name = `${rule.name} to ${options.arn.split(':').at(-1)}`;
    this.#delivery = new RetryingDelivery({
      name,
      clock: runtime.clock,
      course: runtime.course,
      policy: () => policy,
      deliver: ({ content }, { number }) => this.#deliver(content, number),
      onDead: ({ content }, dead) => this.#giveUp(content, dead),
      onDefect: (error) => warn(`${name}: ${(error as Error).stack ?? String(error)}`),
    });
  }

  get deadLetterRoute(): DeadLetterRoute | undefined {
    const { deadLetterArn } = this.options;
    if (deadLetterArn === undefined) return undefined;
    return {
      arn: deadLetterArn,
      sender: { kind: 'service', service: 'events.amazonaws.com', sourceArn: this.#rule.arn },
    };
  }

  accept(travelling: Travelling): void {
    this.#delivery.accept({ id: travelling.event.id, content: travelling });
  }

  close(): void {
    this.#delivery.close();
  }

  async #deliver(travelling: Travelling, attempt: number): Promise<DeliveryOutcome> {
    const { arn } = this.options;
    const service = arn.split(':')[2];
    if (attempt > 1) this.#rule.measure('RetryInvocationAttempts');
    if (service === 'events' && travelling.isForwarded)
      return refused(
        'THIRD_ACCOUNT_HOP_DETECTED',
        'An event goes from one bus to another once, not further.',
      );
    const delivery = this.#deliveryOf(travelling);
    if (service === 'lambda' && !isJson(delivery.body))
      return refused('INVALID_JSON', `The input of the target is not valid JSON: ${delivery.body}`);
    const outcome = await this.#surroundings.destinations.attempt(arn, delivery, this.#sender);
    if (outcome === 'delivered') this.#rule.measure('Invocations');
    return outcome === 'delivered' ? outcome : { ...outcome, failed: errorCode(outcome) };
  }

  #deliveryOf(travelling: Travelling): Delivery {
    const { event, traceHeader } = travelling;
    const { messageGroupId } = this.options;
    const trace = traceHeader === undefined ? {} : { traceHeader };
    if (this.options.arn.split(':')[2] === 'events')
      return {
        body: JSON.stringify(event.detail),
        event: {
          source: event.source,
          detailType: event['detail-type'],
          resources: event.resources,
          forwarded: { id: event.id, time: event.time },
        },
        ...trace,
      };
    return {
      body: this.#input(travelling),
      ...(messageGroupId !== undefined && { group: messageGroupId }),
      ...trace,
    };
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq */
  #giveUp({ event }: Travelling, dead: DeadDelivery): 'dead-lettered' | 'dropped' {
    const { destinations, warn } = this.#surroundings;
    const { arn } = this.options;
    const { deadLetterRoute } = this;
    this.#rule.measure('FailedInvocations');
    const lost = `rule ${this.#rule.name} could not deliver event ${event.id} to ${arn} (${dead.failure.failed}: ${dead.failure.reason})`;
    if (!deadLetterRoute) {
      warn(`${lost}; the target has no dead-letter queue`);
      return 'dropped';
    }
    try {
      destinations.send(
        deadLetterRoute.arn,
        { body: JSON.stringify(event), attributes: deadLetterAttributes(this.#rule.arn, arn, dead) },
        deadLetterRoute.sender,
      );
      this.#rule.measure('InvocationsSentToDlq');
      return 'dead-lettered';
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#rule.measure('InvocationsFailedToBeSentToDlq');
      warn(`${lost}, nor to its dead-letter queue: ${error.message}`);
      return 'dropped';
    }
  }
}

/** A target with a role is called in it, any other by EventBridge itself. */
function senderOf({ roleArn }: TargetOptions, rule: Rule, { iam }: EventBridgeSurroundings): Sender {
  const service = 'events.amazonaws.com';
  if (roleArn === undefined) return { kind: 'service', service, sourceArn: rule.arn };
  const { accessKeyId } = iam.issueCredentials(roleArn, `EventBridge-${rule.name}`.slice(0, 64), {
    service,
    sourceArn: rule.arn,
  });
  const principal = iam.principalOf(accessKeyId);
  if (!principal) throw new Error(`the session of ${roleArn} has ended before it was used`);
  return { kind: 'principal', principal };
}

const refused = (failed: string, reason: string): DeliveryFailure => ({ failed, reason, retryable: false });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What EventBridge calls the errors of its targets. https://docs.aws.amazon.com/eventbridge/latest/userguide/rule-dlq.html */
function errorCode({ failed, retryable }: DeliveryFailure): string {
  if (/AccessDenied|AuthorizationError/.test(failed)) return 'NO_PERMISSIONS';
  if (/NotFound|NonExistent|DoesNotExist/.test(failed)) return 'NO_RESOURCE';
  if (/throttl|toomanyrequests|overlimit/i.test(failed)) return 'THROTTLING';
  return retryable ? 'ERROR_FROM_TARGET' : 'INVALID_PARAMETER';
}

const exhaustedConditions = {
  attempts: 'MaximumRetryAttempts',
  age: 'MaximumEventAgeInSeconds',
  'not-retryable': undefined,
} as const;

function deadLetterAttributes(
  ruleArn: string,
  targetArn: string,
  { exhausted, failure, attempts }: DeadDelivery,
): NonNullable<Delivery['attributes']> {
  const condition = exhaustedConditions[exhausted];
  const texts = {
    RULE_ARN: ruleArn,
    TARGET_ARN: targetArn,
    ERROR_CODE: failure.failed,
    ERROR_MESSAGE: failure.reason,
    ...(condition !== undefined && { EXHAUSTED_RETRY_CONDITION: condition }),
    RETRY_ATTEMPTS: String(attempts - 1),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
}
