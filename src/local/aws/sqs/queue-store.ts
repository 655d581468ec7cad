import type { MetricStore } from '../../engine/metric-store.ts';
import type { AwsCall, AwsPrincipal, AwsRuntime } from '../service.ts';
import { invalidParameter, invalidValue, noSuchQueue, sqsError } from './errors.ts';
import { SqsQueue } from './queue.ts';
import { changedAttributes, defaultAttributes, type QueueAttributes, settingsOf } from './settings.ts';

export interface SqsSurroundings {
  runtime: AwsRuntime;
  metrics: MetricStore;
  /** The unique id that messages carry as their sender. */
  senderId(principal: AwsPrincipal): string;
  /** Lets a queue policy, as JSON, decide on calls. @throws for a malformed policy */
  attachPolicy(queueArn: string, document: string): void;
}

const recreationPauseMs = 60_000;
const billedChunkBytes = 65_536;

/** A request for every started 64 KB of payload. */
export const billedRequests = (payloadBytes: number): number =>
  Math.max(1, Math.ceil(payloadBytes / billedChunkBytes));

/** The queues of one account and region, and what every operation on them needs. */
export class QueueStore {
  readonly surroundings: SqsSurroundings;
  /** By name. */
  readonly queues = new Map<string, SqsQueue>();
  readonly #deletedAtMs = new Map<string, number>();

  constructor(surroundings: SqsSurroundings) {
    this.surroundings = surroundings;
  }

  get runtime(): AwsRuntime {
    return this.surroundings.runtime;
  }

  arnOf(name: string, accountId = this.runtime.accountId): string {
    return `arn:${this.runtime.partition}:sqs:${this.runtime.region}:${accountId}:${name}`;
  }

  /** A client that did not use AWS's host names gets a URL with the one that it used. */
  urlOf(name: string, call?: Pick<AwsCall, 'localEndpoint'>): string {
    const { region, accountId } = this.runtime;
    return `${call?.localEndpoint ?? `https://sqs.${region}.amazonaws.com`}/${accountId}/${name}`;
  }

  /** Finds the queue by the last part of its URL. @throws AwsError QueueDoesNotExist */
  queueOfUrl(url: string): SqsQueue {
    const queue = this.queues.get(nameInUrl(url));
    if (queue) return queue;
    throw noSuchQueue();
  }

  queueOfArn(arn: string): SqsQueue | undefined {
    const queue = this.queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** @throws AwsError when there is one of that name already, or the attributes are not valid */
  create(name: string, attributes: QueueAttributes, tags: Record<string, string> = {}): SqsQueue {
    const fifo = checkName(name, attributes);
    const existing = this.queues.get(name);
    if (existing) {
      for (const [attribute, value] of Object.entries(attributes))
        if (existing.attributes[attribute] !== value)
          throw sqsError(
            'QueueNameExists',
            `A queue already exists with the same name and a different value for attribute ${attribute}`,
          );
      return existing;
    }
    const { clock, random, course } = this.runtime;
    const deletedAtMs = this.#deletedAtMs.get(name);
    if (deletedAtMs !== undefined && clock.now() < deletedAtMs + recreationPauseMs) {
      throw sqsError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      );
    }
    const all = changedAttributes(defaultAttributes(fifo), attributes, fifo);
    const arn = this.arnOf(name);
    this.#checkDeadLetterTarget(arn, all);
    const queue = new SqsQueue({
      name,
      arn,
      attributes: all,
      tags,
      course,
      clock,
      random,
      queueOfArn: (target) => this.queueOfArn(target),
    });
    if (all.Policy !== undefined) this.surroundings.attachPolicy(arn, all.Policy);
    this.queues.set(name, queue);
    return queue;
  }

  /** @throws AwsError when an attribute is not valid */
  setAttributes(queue: SqsQueue, changes: QueueAttributes): void {
    const all = changedAttributes(queue.attributes, changes, queue.settings.fifo);
    this.#checkDeadLetterTarget(queue.arn, all);
    const { Policy: present } = queue.attributes;
    this.#checkPolicyChange(present, all.Policy);
    if (present === undefined && all.Policy !== undefined)
      this.surroundings.attachPolicy(queue.arn, all.Policy);
    queue.setAttributes(all);
  }

  /** Notes a policy that `attach` has put into force. @throws AwsError when there is one already */
  setPolicy(queue: SqsQueue, document: string, attach: () => void): void {
    this.#checkPolicyChange(queue.attributes.Policy, document);
    attach();
    queue.setAttributes({ ...queue.attributes, Policy: document });
  }

  delete(queue: SqsQueue): void {
    queue.messages.purge();
    queue.messages.close();
    this.queues.delete(queue.name);
    this.#deletedAtMs.set(queue.name, this.runtime.clock.now());
  }

  /** Counts a request: one for each 64 KB of payload, and at least one. https://aws.amazon.com/sqs/pricing/ */
  meter(queue: SqsQueue, payloadBytes = 0): void {
    const unit = queue.settings.fifo ? 'fifo-requests' : 'standard-requests';
    this.runtime.meter.add('sqs', unit, queue.arn, billedRequests(payloadBytes));
  }

  /** A request that is for no queue. */
  meterAccount(): void {
    this.runtime.meter.add('sqs', 'standard-requests', this.arnOf('*'), 1);
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  measure(queue: SqsQueue, name: string, value: number, unit = 'Count'): void {
    this.surroundings.metrics.add({
      namespace: 'AWS/SQS',
      name,
      unit,
      dimensions: queue.dimensions,
      value,
      atMs: this.runtime.clock.now(),
    });
  }

  close(): void {
    for (const queue of this.queues.values()) queue.messages.close();
  }

  #checkDeadLetterTarget(sourceArn: string, attributes: QueueAttributes): void {
    const { redrive, fifo } = settingsOf(attributes);
    if (!redrive) return;
    const refuse = (reason: string) => invalidParameter('RedrivePolicy', attributes.RedrivePolicy, reason);
    const target = this.queueOfArn(redrive.deadLetterTargetArn);
    if (!target) throw refuse('Dead letter target does not exist.');
    if (target.settings.fifo !== fifo)
      throw refuse('Dead-letter queue must be same type of queue as the source.');
    const allow = target.settings.redriveAllow;
    const allowed =
      !allow ||
      allow.redrivePermission === 'allowAll' ||
      (allow.redrivePermission === 'byQueue' && allow.sourceQueueArns.includes(sourceArn));
    if (!allowed) throw refuse(`The redrive allow policy of ${target.arn} does not allow ${sourceArn}.`);
  }

  /** Policies only add up here, so that one that is there cannot be changed. */
  #checkPolicyChange(present: string | undefined, next: string | undefined): void {
    if (present === undefined || present === next) return;
    throw sqsError(
      'UnsupportedOperation',
      'The local SQS does not change a queue policy once it is set. Set it in one place only.',
    );
  }
}

export function nameInUrl(url: string): string {
  const name = url.split('/').at(-1) ?? '';
  if (name === '') throw sqsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
  return name;
}

/** Whether it is the name of a FIFO queue. @throws AwsError when it is none */
function checkName(name: string, attributes: QueueAttributes): boolean {
  const fifo = attributes.FifoQueue === 'true';
  if (fifo) {
    if (/^[\w-]{1,75}\.fifo$/.test(name)) return true;
    throw invalidValue(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  if (/^[\w-]{1,80}$/.test(name)) return false;
  throw invalidValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}
