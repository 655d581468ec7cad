// Redrive: messages of a dead-letter queue go back to where they came from, or to another queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
import type { Clock } from '../../engine/clock.ts';
import { invalidParameter, sqsError } from './errors.ts';
import * as input from './input.ts';
import type { SqsQueue } from './queue.ts';
import { sourcesOf } from './queue-operations.ts';
import type { QueueStore } from './queue-store.ts';

type Status = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

interface MoveTask {
  id: string;
  source: SqsQueue;
  /** Absent when every message goes back to its own source. */
  destinationArn: string | undefined;
  messagesPerSecond: number | undefined;
  startedAtMs: number;
  toMove: number;
  moved: number;
  status: Status;
  failureReason?: string;
}

/** AWS sets its own pace when none is asked for, at most this. */
const maximumPerSecond = 500;
const keptTasks = 10;
const leaseMs = 30_000;

/** The move tasks of all queues. */
export class MoveTasks {
  readonly #store: QueueStore;
  readonly #clock: Clock;
  /** By the ARN of the source, the latest first. */
  readonly #tasks = new Map<string, MoveTask[]>();

  constructor(store: QueueStore) {
    this.#store = store;
    this.#clock = store.runtime.clock;
  }

  start(request: unknown): object {
    const wanted = input.parse(input.StartMessageMoveTask, request);
    const source = this.#source(wanted.SourceArn);
    if (sourcesOf(this.#store, source).length === 0)
      throw sqsError('UnsupportedOperation', 'Source queue must be configured as a Dead Letter Queue.');
    const destinationArn = wanted.DestinationArn ?? undefined;
    if (destinationArn !== undefined && !this.#store.queueOfArn(destinationArn)) {
      throw sqsError(
        'ResourceNotFoundException',
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
        404,
      );
    }
    const pace = wanted.MaxNumberOfMessagesPerSecond ?? undefined;
    if (pace !== undefined && (pace < 1 || pace > maximumPerSecond))
      throw invalidParameter(
        'MaxNumberOfMessagesPerSecond',
        pace,
        `Must be between 1 and ${maximumPerSecond}, if provided.`,
      );
    const earlier = this.#tasks.get(source.arn) ?? [];
    if (earlier[0]?.status === 'RUNNING') {
      throw sqsError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    this.#store.meter(source);
    const task: MoveTask = {
      id: this.#store.runtime.random.uuid(),
      source,
      destinationArn,
      messagesPerSecond: pace,
      startedAtMs: this.#clock.now(),
      toMove: source.messages.counts().visible,
      moved: 0,
      status: 'RUNNING',
    };
    this.#tasks.set(source.arn, [task, ...earlier].slice(0, keptTasks));
    this.#clock.after(0, () => this.#step(task));
    return { TaskHandle: handleOf(task) };
  }

  list(request: unknown): object {
    const { SourceArn, MaxResults } = input.parse(input.ListMessageMoveTasks, request);
    if (typeof MaxResults === 'number' && (MaxResults < 1 || MaxResults > keptTasks))
      throw invalidParameter('MaxResults', MaxResults, `Must be between 1 and ${keptTasks}, if provided.`);
    const source = this.#source(SourceArn);
    this.#store.meter(source);
    return { Results: (this.#tasks.get(source.arn) ?? []).slice(0, MaxResults ?? 1).map(describe) };
  }

  cancel(request: unknown): object {
    const { TaskHandle } = input.parse(input.CancelMessageMoveTask, request);
    const task = [...this.#tasks.values()].flat().find((one) => handleOf(one) === TaskHandle);
    if (task?.status !== 'RUNNING') throw sqsError('ResourceNotFoundException', 'Task does not exist.', 404);
    this.#store.meter(task.source);
    task.status = 'CANCELLED';
    return { ApproximateNumberOfMessagesMoved: task.moved };
  }

  #source(arn: string): SqsQueue {
    const source = this.#store.queueOfArn(arn);
    if (source) return source;
    throw sqsError(
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
      404,
    );
  }

  /** Moves as many as one second allows. */
  #step(task: MoveTask): void {
    const pace = task.messagesPerSecond ?? maximumPerSecond;
    for (let count = 0; count < pace && task.status === 'RUNNING'; count++) {
      if (!this.#moveOne(task)) return;
    }
    if (task.status === 'RUNNING') this.#clock.after(1000, () => this.#step(task));
  }

  #moveOne(task: MoveTask): boolean {
    const [lease] = task.source.messages.receive({ maximumMessages: 1, leaseMs });
    if (!lease) {
      task.status = 'COMPLETED';
      return false;
    }
    const { content, group } = lease.message;
    const target = this.#store.queueOfArn(task.destinationArn ?? content.deadLetterSourceArn ?? '');
    if (!target) {
      task.source.messages.changeLease(lease.receipt, 0);
      task.status = 'FAILED';
      task.failureReason =
        content.deadLetterSourceArn === undefined
          ? 'CouldNotDetermineMessageSource'
          : 'AWS.SimpleQueueService.NonExistentQueue';
      return false;
    }
    // A redriven message is a new one: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    const { deadLetterSourceArn, ...original } = content;
    target.messages.send({ content: original, ...(group !== undefined && { group }) });
    task.source.messages.complete(lease.receipt);
    task.moved++;
    return true;
  }
}

const handleOf = ({ id, source }: MoveTask) =>
  Buffer.from(JSON.stringify({ taskId: id, sourceArn: source.arn })).toString('base64');

/** ARN of the source that a handle names; empty when it is no handle. */
export function sourceInHandle(handle: string): string {
  return /"sourceArn":"([^"]*)"/.exec(Buffer.from(handle, 'base64').toString())?.[1] ?? '';
}

function describe(task: MoveTask): object {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: handleOf(task) }),
    Status: task.status,
    SourceArn: task.source.arn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.messagesPerSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.messagesPerSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
    StartedTimestamp: task.startedAtMs,
  };
}
