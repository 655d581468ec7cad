import type { Timer } from '../../engine/clock.ts';
import { type EventPattern, eventBridgeDialect, parseEventPattern } from '../event-pattern/event-pattern.ts';
import { AwsError } from '../service.ts';
import type { EventBridgeSurroundings } from './bus-store.ts';
import { invalid } from './errors.ts';
import { busEvent, type Travelling } from './event.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { Target, type TargetOptions } from './target.ts';

export interface RuleOptions {
  name: string;
  arn: string;
  busName: string;
  pattern?: string;
  schedule?: string;
  description?: string;
  isEnabled: boolean;
}

/** Targets of one rule. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const maximumTargets = 5;

/** A rule of a bus: which events, or at which times, and to which targets. */
export class Rule {
  readonly options: RuleOptions;
  readonly targets = new Map<string, Target>();
  isEnabled: boolean;
  readonly #surroundings: EventBridgeSurroundings;
  readonly #pattern: EventPattern | undefined;
  readonly #schedule: Schedule | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  /** @throws AwsError for a pattern or schedule that is not valid */
  constructor(options: RuleOptions, surroundings: EventBridgeSurroundings) {
    this.options = options;
    this.isEnabled = options.isEnabled;
    this.#surroundings = surroundings;
    if (options.pattern === undefined && options.schedule === undefined)
      throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    this.#pattern = options.pattern === undefined ? undefined : eventPattern(options.pattern);
    if (options.schedule !== undefined) {
      if (options.busName !== 'default')
        throw invalid('ScheduleExpression is supported only on the default event bus.');
      this.#schedule = scheduleOf(options.schedule);
      this.#wait(surroundings.runtime.clock.now());
    }
  }

  get name(): string {
    return this.options.name;
  }

  get arn(): string {
    return this.options.arn;
  }

  matches(event: object): boolean {
    return this.isEnabled && this.#pattern?.matches(event) === true;
  }

  /** Gives an event to every target. */
  trigger(travelling: Travelling): void {
    this.measure('TriggeredRules');
    for (const target of this.targets.values()) target.accept(travelling);
  }

  /** Adds a target or replaces the one of the same id. @throws AwsError when it is not valid */
  putTarget(options: TargetOptions): void {
    const present = this.targets.get(options.id);
    if (!present && this.targets.size >= maximumTargets)
      throw new AwsError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    const { destinations } = this.#surroundings;
    try {
      destinations.check(options.arn);
      const target = new Target(options, this, this.#surroundings);
      present?.close();
      this.targets.set(options.id, target);
    } catch (error) {
      if (error instanceof AwsError) throw error;
      throw invalid((error as Error).message);
    }
  }

  removeTarget(id: string): boolean {
    this.targets.get(id)?.close();
    return this.targets.delete(id);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const target of this.targets.values()) target.close();
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
  measure(name: string): void {
    const { metrics, runtime } = this.#surroundings;
    metrics.add({
      namespace: 'AWS/Events',
      name,
      unit: 'Count',
      dimensions: { RuleName: this.name },
      value: 1,
      atMs: runtime.clock.now(),
    });
  }

  #wait(afterMs: number): void {
    const { runtime } = this.#surroundings;
    const nextMs = this.#schedule?.(afterMs);
    if (nextMs === undefined || this.#isClosed) return;
    this.#timer = runtime.clock.after(Math.min(nextMs - runtime.clock.now(), longestTimerMs), () => {
      if (runtime.clock.now() < nextMs) {
        this.#wait(afterMs);
        return;
      }
      this.#fire();
      this.#wait(nextMs);
    });
  }

  #fire(): void {
    if (!this.isEnabled) return;
    const { runtime } = this.#surroundings;
    const nowMs = runtime.clock.now();
    const content = {
      source: 'aws.events',
      detailType: 'Scheduled Event',
      resources: [this.arn],
      detail: {},
    };
    this.trigger({
      event: busEvent(content, runtime, { id: runtime.random.uuid(), nowMs }),
      traceHeader: undefined,
      ingestedAtMs: nowMs,
      isForwarded: false,
    });
  }
}

/** Node fires a timer with a longer delay at once. */
const longestTimerMs = 2 ** 31 - 1;

/** @throws AwsError InvalidEventPatternException */
export function eventPattern(text: string): EventPattern {
  try {
    return parseEventPattern(text, eventBridgeDialect);
  } catch (error) {
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${(error as Error).message}`,
    );
  }
}

function scheduleOf(expression: string): Schedule {
  try {
    return parseSchedule(expression);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}
