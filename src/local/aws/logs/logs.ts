import * as z from 'zod';
import type { LogEntry, LogStore } from '../../engine/log-store.ts';
import type { MetricStore } from '../../engine/metric-store.ts';
import { readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { AwsError, type AwsOperation, type AwsRuntime, type AwsScope, type AwsService } from '../service.ts';
import { extractEmbeddedMetrics } from './embedded-metrics.ts';

/** What CloudWatch Logs adds to the size of every event it ingests. */
const eventOverheadBytes = 26;

export interface Logs extends AwsService {
  createGroup(name: string, retentionDays: number): void;
  /** Keeps one event, meters it and extracts its metrics. */
  put(group: string, stream: string, message: string): void;
  groupArn(name: string): string;
  groupOfArn(arn: string): string;
}

const Filter = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamName: z.string().optional(),
  logStreamNames: z.array(z.string()).optional(),
  filterPattern: z.string().optional(),
  startTime: z.number().optional(),
  endTime: z.number().optional(),
  nextToken: z.string().optional(),
  limit: z.number().int().min(1).max(10_000).default(10_000),
  startFromHead: z.boolean().default(false),
});

const PutEvents = z.object({
  logGroupName: z.string(),
  logStreamName: z.string(),
  logEvents: z.array(z.object({ timestamp: z.number(), message: z.string().min(1) })).min(1),
});

/** CloudWatch Logs: groups of the stack, what functions and gateways write into them, and the calls that read it. */
export function createLogs(runtime: AwsRuntime, store: LogStore, metrics: MetricStore): Logs {
  const retentionDays = new Map<string, number>();
  const groupArn = (name: string) =>
    `arn:${runtime.partition}:logs:${runtime.region}:${runtime.accountId}:log-group:${name}`;
  const groupOfArn = (arn: string) => arn.split(':').slice(6).join(':').replace(/:\*$/, '');

  const requireGroup = (name: string): string => {
    if (!retentionDays.has(name)) {
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    return name;
  };
  const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AwsError('InvalidParameterException', `${issue?.path.join('.')}: ${issue?.message}`);
  };
  const groupOf = (input: z.output<typeof Filter>): string => {
    const named = input.logGroupName ?? (input.logGroupIdentifier && groupOfArn(input.logGroupIdentifier));
    return requireGroup(named ?? '');
  };
  const matching = (input: z.output<typeof Filter>): LogEntry[] => {
    const streams =
      input.logStreamNames ?? (input.logStreamName === undefined ? undefined : [input.logStreamName]);
    const matches = filterPattern(input.filterPattern);
    return store
      .entries({ group: groupOf(input) })
      .filter(
        (entry) =>
          entry.atMs >= (input.startTime ?? 0) && entry.atMs < (input.endTime ?? Number.POSITIVE_INFINITY),
      )
      .filter((entry) => (streams ? streams.includes(entry.stream) : true) && matches(entry.message));
  };
  const put = (group: string, stream: string, message: string, atMs = runtime.clock.now()) => {
    store.append({ atMs, group, stream, message });
    runtime.meter.add(
      'logs',
      'ingested-bytes',
      groupArn(group),
      Buffer.byteLength(message) + eventOverheadBytes,
    );
    extractEmbeddedMetrics(message, metrics);
  };
  /** Every read call names one group, and needs its action on it. */
  const onGroup = (action: string, run: (input: z.output<typeof Filter>) => unknown): AwsOperation => ({
    access: (input) => [
      { action: `logs:${action}`, resource: `${groupArn(groupOf(parse(Filter, input)))}:*` },
    ],
    run: (input) => run(parse(Filter, input)),
  });

  return {
    signingName: 'logs',
    protocol: { kind: 'json', version: '1.1', target: 'Logs_20140328' },
    groupArn,
    groupOfArn,
    put,
    createGroup(name, days) {
      retentionDays.set(name, days);
      store.createGroup(name);
    },
    operations: {
      DescribeLogGroups: {
        access: () => [{ action: 'logs:DescribeLogGroups', resource: `${groupArn('*')}` }],
        run(input) {
          const { logGroupNamePrefix = '' } = parse(
            z.object({ logGroupNamePrefix: z.string().optional() }),
            input,
          );
          return {
            logGroups: [...retentionDays]
              .filter(([name]) => name.startsWith(logGroupNamePrefix))
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, days]) => ({
                logGroupName: name,
                arn: `${groupArn(name)}:*`,
                logGroupArn: groupArn(name),
                storedBytes: store
                  .entries({ group: name })
                  .reduce((sum, entry) => sum + entry.message.length, 0),
                ...(days > 0 && { retentionInDays: days }),
              })),
          };
        },
      },
      DescribeLogStreams: onGroup('DescribeLogStreams', (input) => {
        const streams = new Map<string, LogEntry[]>();
        for (const entry of store.entries({ group: groupOf(input) })) {
          streams.set(entry.stream, [...(streams.get(entry.stream) ?? []), entry]);
        }
        return {
          logStreams: [...streams].map(([logStreamName, entries]) => ({
            logStreamName,
            arn: `${groupArn(groupOf(input))}:log-stream:${logStreamName}`,
            firstEventTimestamp: entries[0]?.atMs,
            lastEventTimestamp: entries.at(-1)?.atMs,
          })),
        };
      }),
      FilterLogEvents: onGroup('FilterLogEvents', (input) => {
        const { page, nextToken } = pageOf(matching(input), input);
        return {
          events: page.map((entry) => ({
            logStreamName: entry.stream,
            timestamp: entry.atMs,
            message: entry.message,
            ingestionTime: entry.atMs,
            eventId: String(entry.sequence).padStart(56, '0'),
          })),
          searchedLogStreams: [],
          ...(nextToken && { nextToken }),
        };
      }),
      GetLogEvents: onGroup('GetLogEvents', (input) => {
        const all = matching(input);
        const page = input.startFromHead ? all.slice(0, input.limit) : all.slice(-input.limit);
        return {
          events: page.map(({ atMs, message }) => ({ timestamp: atMs, message, ingestionTime: atMs })),
          nextForwardToken: `f/${page.at(-1)?.sequence ?? 0}`,
          nextBackwardToken: `b/${page[0]?.sequence ?? 0}`,
        };
      }),
      PutLogEvents: {
        access(input) {
          const { logGroupName, logStreamName } = parse(PutEvents, input);
          return [
            {
              action: 'logs:PutLogEvents',
              resource: `${groupArn(logGroupName)}:log-stream:${logStreamName}`,
            },
          ];
        },
        run(input) {
          const { logGroupName, logStreamName, logEvents } = parse(PutEvents, input);
          requireGroup(logGroupName);
          for (const event of logEvents) put(logGroupName, logStreamName, event.message, event.timestamp);
          return { nextSequenceToken: '0' };
        },
      },
    },
  };
}

function pageOf(entries: LogEntry[], input: { nextToken?: string | undefined; limit: number }) {
  const after = Number(input.nextToken ?? 0);
  const rest = entries.filter((entry) => entry.sequence > after);
  const page = rest.slice(0, input.limit);
  return { page, nextToken: rest.length > page.length ? String(page.at(-1)?.sequence) : undefined };
}

/**
 * The unstructured filter patterns: every term must occur; `"a phrase"`, `-excluded`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html).
 */
function filterPattern(pattern: string | undefined): (message: string) => boolean {
  const text = pattern?.trim() ?? '';
  if (text === '') return () => true;
  if (/^[{[%]/.test(text)) {
    throw new AwsError(
      'InvalidParameterException',
      'Only patterns of terms and "phrases" are supported here.',
    );
  }
  const terms = [...text.matchAll(/(-?)(?:"([^"]*)"|(\S+))/g)].map(([, minus, phrase, word]) => ({
    excluded: minus === '-',
    text: phrase ?? word ?? '',
  }));
  return (message) => terms.every((term) => message.includes(term.text) !== term.excluded);
}

const LogGroup = z.object({ name: z.string(), retention_in_days: z.coerce.number().default(0) });

export const logsResourceTypes: ResourceTypes<AwsScope, Logs> = {
  aws_cloudwatch_log_group: {
    attributes(values, { partition, region, accountId }, address) {
      const name = typeof values.name === 'string' ? values.name : `terraform-${address}`;
      return {
        id: name,
        name,
        arn: `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`,
        log_group_class: 'STANDARD',
        retention_in_days: 0,
        kms_key_id: null,
        tags_all: values.tags ?? {},
      };
    },
    realise(resource, logs) {
      const group = readResource(LogGroup, resource);
      logs.createGroup(group.name, group.retention_in_days);
    },
  },
};
