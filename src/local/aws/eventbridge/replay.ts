// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
import { z } from 'zod';
import { AwsError } from '../service.ts';
import type { BusStore } from './bus-store.ts';
import { invalid, notFound } from './errors.ts';
import { parse } from './rule-operations.ts';

export const StartReplay = z.object({
  ReplayName: z.string().regex(/^[\w.-]{1,64}$/),
  EventSourceArn: z.string(),
  /** Seconds since the epoch. */
  EventStartTime: z.number(),
  EventEndTime: z.number(),
  Destination: z.object({ Arn: z.string(), FilterArns: z.array(z.string()).nullish() }),
});
export const DescribeReplay = z.object({ ReplayName: z.string() });

interface Replay {
  request: z.output<typeof StartReplay>;
  arn: string;
  startedAtMs: number;
}

/** Replays of archives: what they hold of a time goes through the bus once more. */
export class Replays {
  readonly #store: BusStore;
  readonly #replays = new Map<string, Replay>();

  constructor(store: BusStore) {
    this.#store = store;
  }

  start(input: unknown): object {
    const request = parse(StartReplay, input);
    const { ReplayName, EventSourceArn, EventStartTime, EventEndTime, Destination } = request;
    if (this.#replays.has(ReplayName))
      throw new AwsError('ResourceAlreadyExistsException', `Replay ${ReplayName} already exists.`);
    const found = [...this.#store.buses.values()]
      .flatMap((bus) => [...bus.archives.values()].map((archive) => ({ bus, archive })))
      .find(({ archive }) => archive.arn === EventSourceArn);
    if (!found) throw notFound(`Archive ${EventSourceArn} does not exist.`);
    const { bus, archive } = found;
    if (Destination.Arn !== bus.arn)
      throw invalid(
        'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
      );
    if (EventStartTime >= EventEndTime)
      throw invalid(
        'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
      );
    const { clock, meter } = this.#store.runtime;
    const nowMs = clock.now();
    const arn = this.#store.arnOf(`replay/${ReplayName}`);
    this.#replays.set(ReplayName, { request, arn, startedAtMs: nowMs });
    const onlyRules = Destination.FilterArns?.length ? new Set(Destination.FilterArns) : undefined;
    for (const { event, atMs } of [...archive.events]) {
      const isKept = archive.retentionMs === undefined || atMs + archive.retentionMs > nowMs;
      if (!isKept || atMs < EventStartTime * 1000 || atMs >= EventEndTime * 1000) continue;
      meter.add('eventbridge', 'replayed-events', arn, 1);
      this.#store.publish(
        bus,
        {
          event: { ...event, 'replay-name': ReplayName },
          traceHeader: undefined,
          ingestedAtMs: nowMs,
          isForwarded: false,
        },
        onlyRules,
      );
    }
    return { ReplayArn: arn, State: 'STARTING', ReplayStartTime: nowMs / 1000 };
  }

  describe(input: unknown): object {
    const { ReplayName } = parse(DescribeReplay, input);
    const replay = this.#replays.get(ReplayName);
    if (!replay) throw notFound(`Replay ${ReplayName} does not exist.`);
    return {
      ...replay.request,
      ReplayArn: replay.arn,
      State: 'COMPLETED',
      ReplayStartTime: replay.startedAtMs / 1000,
      ReplayEndTime: replay.startedAtMs / 1000,
    };
  }
}
