// What the diagram knows about queues of the AWS provider, and about what brings their messages to functions.
import type { StackResource } from '../terraform/stack.ts';
import { type ArchitectureEdge, clientId, numberAt, textAt, textsAt, valueAt } from './architecture.ts';
import type { StackIndex } from './stack-index.ts';
import { leftOut, type TypeRule } from './type-table.ts';

export const awsMessaging: Record<string, TypeRule> = {
  aws_sqs_queue: {
    service: 'SQS',
    box: 'queue',
    edges(queue, index) {
      const { deadLetters, deliveries } = redrive(queue, index);
      const edges: ArchitectureEdge[] = [];
      if (isSentToFromOutside(queue, index))
        edges.push({ from: clientId, to: queue.address, kind: 'call', labels: ['SendMessage'] });
      if (deadLetters)
        edges.push({
          from: queue.address,
          to: deadLetters.address,
          kind: 'call',
          labels: [`after ${deliveries} deliveries`],
        });
      return edges;
    },
  },
  aws_sqs_queue_policy: {
    service: 'SQS queue policy',
    grants(policy, index) {
      const queue = index.meant(valueAt(policy.values, 'queue_url'), policy, 'aws_sqs_queue');
      return statementsOf(textAt(policy, 'policy')).map(({ Action, Principal, Condition }) => ({
        effect: 'allow' as const,
        principal: Principal?.Service ?? JSON.stringify(Principal ?? 'unknown'),
        actions: [Action ?? ''].flat(),
        resource: queue?.address ?? 'unknown',
        ...(Condition && { condition: JSON.stringify(Condition) }),
        source: policy.address,
      }));
    },
  },
  aws_sqs_queue_redrive_allow_policy: leftOut('keeps other queues from using the dead-letter queue'),
  aws_lambda_event_source_mapping: {
    service: 'Lambda event source mapping',
    edges(mapping, index) {
      const source = index.meant(valueAt(mapping.values, 'event_source_arn'), mapping);
      const target = index.meant(valueAt(mapping.values, 'function_name'), mapping);
      if (!source || !target) return [];
      const { deadLetters, deliveries } = redrive(source, index);
      const partial = textsAt(mapping, 'function_response_types').includes('ReportBatchItemFailures');
      return [
        {
          from: source.address,
          to: target.address,
          kind: 'call',
          labels: [`batches of ${numberAt(mapping, 'batch_size') ?? 10}`],
          delivery: {
            how: 'asynchronous, at least once, without order',
            retries: `${deliveries === undefined ? 'until they expire' : `${deliveries - 1}`}, after ${numberAt(source, 'visibility_timeout_seconds') ?? 30} s each, of ${partial ? 'the messages that failed' : 'the whole batch'}`,
            afterTheLastFailure: deadLetters ? `kept in ${deadLetters.address}` : 'gone when it expires',
          },
        },
      ];
    },
  },
  aws_lambda_function_event_invoke_config: {
    service: 'Lambda asynchronous invocation',
    edges(config, index) {
      const from = index.meant(valueAt(config.values, 'function_name'), config, 'aws_lambda_function');
      const to = index.meant(valueAt(config.values, 'destination_config.on_failure.destination'), config);
      return from && to
        ? [{ from: from.address, to: to.address, kind: 'call', labels: ['failed events'] }]
        : [];
    },
  },
};

/** Where a queue's dead letters go, and after how many deliveries. */
function redrive(
  queue: StackResource,
  index: StackIndex,
): { deadLetters?: StackResource; deliveries?: number } {
  const policy = textAt(queue, 'redrive_policy');
  if (!policy) return {};
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  const deadLetters =
    typeof deadLetterTargetArn === 'string' ? index.meant(deadLetterTargetArn, queue) : undefined;
  return { ...(deadLetters && { deadLetters }), deliveries: Number(maxReceiveCount) };
}

/** A queue to which nothing of the stack sends is one that its users send to. */
function isSentToFromOutside(queue: StackResource, index: StackIndex): boolean {
  const arn = textAt(queue, 'arn') ?? '';
  const names = (policy: string | undefined) => policy?.includes(`"${arn}"`) === true;
  // Who reads its dead letters and sends to it sends them back.
  const { deadLetters } = redrive(queue, index);
  const deadLetterArn = deadLetters && textAt(deadLetters, 'arn');
  const isDeadLetterQueue = index
    .ofType('aws_sqs_queue')
    .some((other) => other !== queue && names(textAt(other, 'redrive_policy')));
  const hasSender = [...index.ofType('aws_iam_role_policy'), ...index.ofType('aws_sqs_queue_policy')].some(
    (policy) => {
      const text = textAt(policy, 'policy');
      const onlyReturns =
        deadLetterArn !== undefined &&
        text?.includes('sqs:ReceiveMessage') &&
        text.includes(`"${deadLetterArn}"`);
      return names(text) && text?.includes('sqs:SendMessage') && !onlyReturns;
    },
  );
  return !isDeadLetterQueue && !hasSender;
}

interface Statement {
  Action?: string | string[];
  Principal?: { Service?: string };
  Condition?: object;
}

function statementsOf(policy: string | undefined): Statement[] {
  return policy ? [(JSON.parse(policy) as { Statement: Statement | Statement[] }).Statement].flat() : [];
}
