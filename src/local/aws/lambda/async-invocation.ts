// What becomes of events that Lambda has accepted for later.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
import type { MetricStore } from '../../engine/metric-store.ts';
import {
  type DeadDelivery,
  type DeliveryEvent,
  type DeliveryOutcome,
  RetryingDelivery,
} from '../../engine/retrying-delivery.ts';
import type { Delivery } from '../destinations.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import type { InvokeRequest } from './lambda.ts';
import type { LambdaAnswer } from './runtime.ts';

/** How failed asynchronous invocations are retried, and where records of invocations go. */
export interface AsyncPolicy {
  maximumRetries: number;
  maximumAgeMs: number;
  /** ARNs of queues, topics, functions or buses. */
  onSuccess?: string;
  onFailure?: string;
}

export const defaultAsyncPolicy: AsyncPolicy = { maximumRetries: 2, maximumAgeMs: 6 * 60 * 60 * 1000 };

export interface AsyncInvocationsOptions {
  functionName: string;
  functionArn: string;
  /** Reserved concurrency; with 0 an event is given up at once. */
  maximumConcurrency: number;
  /** ARN of the queue or topic of `dead_letter_config`. */
  deadLetterArn: string | undefined;
  runtime: AwsRuntime;
  metrics: MetricStore;
  policyOf(qualifier: string | undefined): AsyncPolicy;
  invoke(request: InvokeRequest): Promise<LambdaAnswer>;
  /** Delivers as the function's role. @throws AwsError when the role may not, or nobody takes it */
  send(arn: string, delivery: Delivery): void;
  warn(text: string): void;
}

interface AcceptedEvent {
  request: InvokeRequest;
  invocations: number;
  last?: Extract<LambdaAnswer, { kind: 'answered' }>;
}

/** 1 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumEventBytes = 1_048_576;
/** Waiting time before the first and every further retry of a failed event. */
const firstRetryMs = 60_000;
const nextRetryMs = 120_000;
/** Throttled events are tried again after a second at first, and after five minutes at most. */
const longestThrottleRetryMs = 300_000;
const errorMessageBytes = 1024;

/** The asynchronous side of one function. */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #delivery: RetryingDelivery<AcceptedEvent>;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
    const { runtime, functionName, warn } = options;
    this.#delivery = new RetryingDelivery({
      name: functionName,
      clock: runtime.clock,
      course: runtime.course,
      receiverTells: true,
      policy: ({ content }) => {
        const { maximumRetries, maximumAgeMs } = options.policyOf(content.request.qualifier);
        return {
          maximumAttempts: maximumRetries + 1,
          maximumAgeMs,
          delayMs: (failures, last) =>
            last.uncounted
              ? Math.min(1000 * 2 ** Math.min(failures - 1, 20), longestThrottleRetryMs)
              : failures === 1
                ? firstRetryMs
                : nextRetryMs,
        };
      },
      deliver: (event) => this.#attempt(event),
      onDead: (event, dead) => this.#giveUp(event, dead),
      onDefect: (error) =>
        warn(`${functionName} lost an asynchronous event: ${(error as Error).stack ?? String(error)}`),
    });
  }

  /** @throws AwsError RequestTooLargeException */
  accept(request: InvokeRequest): { requestId: string } {
    const { length } = request.payload;
    if (length > maximumEventBytes)
      throw new AwsError(
        'RequestTooLargeException',
        `${length} byte payload is too large for the Event invocation type (limit ${maximumEventBytes} bytes)`,
        413,
        { Type: 'User' },
      );
    const requestId = this.#options.runtime.random.uuid();
    this.#measure('AsyncEventsReceived');
    this.#delivery.accept({ id: requestId, content: { request, invocations: 0 } });
    return { requestId };
  }

  close(): void {
    this.#delivery.close();
  }

  async #attempt(event: DeliveryEvent<AcceptedEvent>): Promise<DeliveryOutcome> {
    const { invoke, maximumConcurrency, policyOf } = this.#options;
    const { content } = event;
    const answer = await invoke({ ...content.request, requestId: event.id });
    if (answer.kind === 'requestTooLarge')
      return { failed: 'RequestTooLargeException', reason: answer.message, retryable: false };
    if (answer.kind === 'throttled')
      return {
        failed: 'TooManyRequestsException',
        reason: 'Rate Exceeded.',
        retryable: maximumConcurrency > 0,
        uncounted: true,
      };
    content.invocations++;
    content.last = answer;
    if (answer.functionError === undefined) {
      const { onSuccess } = policyOf(content.request.qualifier);
      if (onSuccess !== undefined) this.#sendRecord(onSuccess, event, 'Success');
      return 'delivered';
    }
    const { errorType, errorMessage } = errorIn(answer.payload);
    return { failed: errorType ?? answer.functionError, reason: errorMessage, retryable: true };
  }

  #giveUp(event: DeliveryEvent<AcceptedEvent>, dead: DeadDelivery): 'dead-lettered' | 'dropped' {
    const { deadLetterArn, policyOf, functionName, warn } = this.#options;
    const { onFailure } = policyOf(event.content.request.qualifier);
    const condition = dead.exhausted === 'age' ? 'EventAgeExceeded' : 'RetriesExhausted';
    let isKept = false;
    if (onFailure !== undefined) isKept = this.#sendRecord(onFailure, event, condition);
    if (deadLetterArn !== undefined) isKept = this.#sendDeadLetter(deadLetterArn, event, dead) || isKept;
    if (isKept) return 'dead-lettered';
    this.#measure('AsyncEventsDropped');
    warn(`${functionName} dropped an asynchronous event after ${dead.attempts} attempts`);
    return 'dropped';
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  #sendRecord(
    arn: string,
    { id, content }: DeliveryEvent<AcceptedEvent>,
    condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded',
  ): boolean {
    const { functionArn, runtime } = this.#options;
    const { request, invocations, last } = content;
    const qualifiedArn = `${functionArn}:${request.qualifier ?? '$LATEST'}`;
    const record = {
      version: '1.0',
      timestamp: new Date(runtime.clock.now()).toISOString(),
      requestContext: {
        requestId: id,
        functionArn: qualifiedArn,
        condition,
        approximateInvokeCount: invocations,
      },
      requestPayload: JSON.parse(Buffer.from(request.payload).toString()) as unknown,
      ...(last && {
        responseContext: {
          statusCode: 200,
          executedVersion: last.executedVersion,
          ...(last.functionError !== undefined && { functionError: last.functionError }),
        },
        responsePayload: JSON.parse(last.payload.toString() || 'null') as unknown,
      }),
    };
    const outcome = condition === 'Success' ? 'Success' : 'Failure';
    return this.#send('DestinationDeliveryFailures', arn, {
      body: JSON.stringify(record),
      event: {
        source: 'lambda',
        detailType: `Lambda Function Invocation Result - ${outcome}`,
        resources: [arn, qualifiedArn],
      },
      ...(request.traceHeader !== undefined && { traceHeader: request.traceHeader }),
    });
  }

  /** The event as it came. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
  #sendDeadLetter(
    arn: string,
    { id, content }: DeliveryEvent<AcceptedEvent>,
    { failure }: DeadDelivery,
  ): boolean {
    const message = Buffer.from(failure.reason).subarray(0, errorMessageBytes).toString();
    return this.#send('DeadLetterErrors', arn, {
      body: Buffer.from(content.request.payload).toString(),
      attributes: {
        RequestID: { DataType: 'String', StringValue: id },
        ErrorCode: { DataType: 'Number', StringValue: failure.uncounted ? '429' : '200' },
        ...(message !== '' && { ErrorMessage: { DataType: 'String', StringValue: message } }),
      },
      ...(content.request.traceHeader !== undefined && { traceHeader: content.request.traceHeader }),
    });
  }

  #send(failureMetric: string, arn: string, delivery: Delivery): boolean {
    const { send, warn, functionName } = this.#options;
    try {
      send(arn, delivery);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#measure(failureMetric);
      warn(`${functionName} could not send the record of an invocation to ${arn}: ${error.message}`);
      return false;
    }
  }

  #measure(name: string): void {
    const { metrics, functionName, runtime } = this.#options;
    metrics.add({
      namespace: 'AWS/Lambda',
      name,
      unit: 'Count',
      dimensions: { FunctionName: functionName },
      value: 1,
      atMs: runtime.clock.now(),
    });
  }
}

/** What a failed invocation answers. */
export function errorIn(payload: Buffer): { errorType?: string; errorMessage: string } {
  const error: unknown = JSON.parse(payload.toString());
  const member = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const type = member('errorType');
  return {
    ...(typeof type === 'string' && { errorType: type }),
    errorMessage: String(member('errorMessage') ?? 'The function failed'),
  };
}
