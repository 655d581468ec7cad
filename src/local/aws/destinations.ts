import type { DeliveryFailure, DeliveryOutcome } from '../engine/retrying-delivery.ts';
import type { Iam } from './iam/iam.ts';
import { AwsError, type AwsPrincipal, type AwsRuntime } from './service.ts';
import type { MessageAttributes } from './sqs/message.ts';

/** Who delivers: a service that acts for one of its resources, or somebody with permissions of their own. */
export type Sender =
  | { kind: 'service'; service: string; sourceArn: string }
  | { kind: 'principal'; principal: AwsPrincipal };

/** What one service hands to a resource of another. */
export interface Delivery {
  body: string;
  /** For topics. */
  subject?: string;
  attributes?: MessageAttributes;
  /** Message group, for FIFO queues and topics and fair queues. */
  group?: string;
  deduplicationId?: string;
  /** X-Amzn-Trace-Id */
  traceHeader?: string;
  /** What an event bus has in its envelope; others do not look at it. */
  event?: {
    source: string;
    detailType: string;
    resources: string[];
    /** Of an event that comes from another bus. */
    forwarded?: { id: string; time: string };
  };
}

/** Where a service puts what it could not deliver. */
export interface DeadLetterRoute {
  arn: string;
  sender: Sender;
}

/** A service whose resources other services deliver to. */
export interface Destination {
  /** What the sender needs: `sqs:SendMessage` */
  action: string;
  /** @throws AwsError when there is no such resource */
  find(arn: string): void;
  /** @throws AwsError when the resource does not take it */
  take(arn: string, delivery: Delivery, sender: Sender): void;
}

/** Where queues, topics, functions and buses deliver to one another, each by ARN and with the sender's permissions. */
export class Destinations {
  readonly #runtime: AwsRuntime;
  readonly #iam: Iam;
  /** By the service's name in ARNs. */
  readonly #services = new Map<string, Destination>();

  constructor(runtime: AwsRuntime, iam: Iam) {
    this.#runtime = runtime;
    this.#iam = iam;
  }

  register(service: string, destination: Destination): void {
    this.#services.set(service, destination);
  }

  /** @throws AwsError when nothing local can be behind the ARN */
  check(arn: string): Destination {
    const service = arn.split(':')[2] ?? '';
    const destination = this.#services.get(service);
    if (destination) return destination;
    const known = [...this.#services.keys()].sort().join(', ');
    throw new AwsError(
      'InvalidParameter',
      `${arn} is no destination that runs locally: only those of ${known} do`,
    );
  }

  /** @throws AwsError when there is no such resource, the sender may not, or the resource does not take it */
  send(arn: string, delivery: Delivery, sender: Sender): void {
    const destination = this.check(arn);
    destination.find(arn);
    this.authorize(sender, destination.action, arn);
    destination.take(arn, delivery, sender);
  }

  /** The same for senders that try again, with the faults of the run. */
  async attempt(arn: string, delivery: Delivery, sender: Sender): Promise<DeliveryOutcome> {
    const { faults } = this.#runtime.course;
    const service = arn.split(':')[2] ?? '';
    if (faults.strikes('dependency-down', service))
      return { failed: 'ServiceUnavailable', reason: `${service} is not available`, retryable: true };
    if (faults.strikes('throttle', service))
      return { failed: 'ThrottlingException', reason: 'Rate exceeded', retryable: true };
    try {
      this.send(arn, delivery, sender);
      return 'delivered';
    } catch (error) {
      if (error instanceof AwsError) return failureOf(error);
      throw error;
    }
  }

  /** @throws AwsError when the sender may not do it */
  authorize(sender: Sender, action: string, resource: string): void {
    if (sender.kind === 'principal') {
      this.#iam.authorize(sender.principal, [{ action, resource }]);
      return;
    }
    const context = {
      'aws:sourcearn': [sender.sourceArn],
      'aws:sourceaccount': [this.#runtime.accountId],
    };
    this.#iam.authorizeService(sender.service, [{ action, resource, context }]);
  }

  /**
   * Takes the permissions for dead-letter queues as used, because on a day without failures nothing else uses them.
   * Gives the reasons why routes are closed: what a service cannot deliver there would vanish.
   */
  tryDeadLetterRoutes(routes: Iterable<DeadLetterRoute>): string[] {
    return [...routes].flatMap(({ arn, sender }) => {
      try {
        const destination = this.check(arn);
        destination.find(arn);
        this.authorize(sender, destination.action, arn);
        return [];
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return [`nothing can be sent to the dead-letter queue ${arn}: ${error.message}`];
      }
    });
  }

  /** What SQS calls the sender of a message. */
  senderId(sender: Sender): string {
    return this.#iam.senderId(sender.kind === 'principal' ? sender.principal : sender.service);
  }
}

/** Missing permissions and resources do not come back by themselves; what is busy or broken does. */
const failureOf = ({ code, message, status }: AwsError): DeliveryFailure => ({
  failed: code,
  reason: message,
  retryable: status >= 500 || /throttl|toomanyrequests|overlimit/i.test(code),
});
