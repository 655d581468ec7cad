import {
  CancelMessageMoveTaskCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { AuditLine, WriteAudit } from '../audit.ts';
import type { PaceClock } from '../pace.ts';
import type { Place } from '../place.ts';
import { RedriveError, textOf } from '../redrive-error.ts';
import { sqsAddress } from './sqs-address.ts';
import { queueUrl, sqsClient } from './sqs-queue.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
const maximumPerSecond = 500;
const pollMs = 500;

export interface MoveOutcome {
  moved: number;
  status: string;
  failureReason?: string;
}

interface MovePorts {
  clock: PaceClock;
  signal: AbortSignal;
  audit: WriteAudit;
  who: AuditLine['who'];
}

/**
 * Lets SQS itself move all messages of a dead-letter queue, as they are; cancels that when the signal is aborted.
 *
 * @throws RedriveError when SQS does not start it
 */
export async function moveAll(
  place: Place,
  { to, rate }: { to: string | undefined; rate: number },
  { clock, signal, audit, who }: MovePorts,
): Promise<MoveOutcome> {
  if (!Number.isInteger(rate) || rate < 1 || rate > maximumPerSecond)
    throw new RedriveError(`--native takes a whole --rate from 1 to ${maximumPerSecond} a second.`);
  const client = sqsClient(place, sqsAddress(place.queue));
  try {
    const sourceArn = await arnOf(client, place.queue);
    const destinationArn = to === undefined ? undefined : await arnOf(client, to);
    await start(client, sourceArn, destinationArn, rate);
    const outcome = await finished(client, sourceArn, clock, signal);
    audit({
      time: new Date(clock.now()).toISOString(),
      who,
      outcome: outcome.status === 'FAILED' ? 'failed' : 'redriven',
      from: sourceArn,
      ...(destinationArn !== undefined && { to: destinationArn }),
      oldMessageId: '*',
      cause: '*',
      redriveCount: 0,
      detail:
        `message move task ${outcome.status}: ${outcome.moved} moved ${outcome.failureReason ?? ''}`.trim(),
      dryRun: false,
    });
    return outcome;
  } finally {
    client.destroy();
  }
}

async function arnOf(client: SQSClient, text: string): Promise<string> {
  if (text.startsWith('arn:')) return text;
  const QueueUrl = await queueUrl(client, sqsAddress(text));
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

async function start(client: SQSClient, SourceArn: string, DestinationArn: string | undefined, rate: number) {
  try {
    await client.send(
      new StartMessageMoveTaskCommand({
        SourceArn,
        ...(DestinationArn !== undefined && { DestinationArn }),
        MaxNumberOfMessagesPerSecond: rate,
      }),
    );
  } catch (error) {
    throw new RedriveError(`SQS does not move the messages of ${SourceArn}: ${textOf(error)}`);
  }
}

async function finished(
  client: SQSClient,
  SourceArn: string,
  clock: PaceClock,
  signal: AbortSignal,
): Promise<MoveOutcome> {
  let cancelled = false;
  for (;;) {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
    const [task] = Results;
    if (task?.Status !== 'RUNNING' && task?.Status !== 'CANCELLING')
      return {
        moved: task?.ApproximateNumberOfMessagesMoved ?? 0,
        status: task?.Status ?? 'UNKNOWN',
        ...(task?.FailureReason !== undefined && { failureReason: task.FailureReason }),
      };
    if (signal.aborted && !cancelled) {
      cancelled = true;
      await client.send(new CancelMessageMoveTaskCommand({ TaskHandle: task.TaskHandle }));
    }
    // After an interruption it waits still, for SQS to tell how far it came.
    await clock.sleep(pollMs, cancelled ? new AbortController().signal : signal);
  }
}
