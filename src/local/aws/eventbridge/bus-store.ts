import type { MetricStore } from '../../engine/metric-store.ts';
import type { DeadLetterRoute, Destinations } from '../destinations.ts';
import type { EventPattern } from '../event-pattern/event-pattern.ts';
import type { Iam } from '../iam/iam.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import { notFound, unsupported } from './errors.ts';
import type { BusEvent, Travelling } from './event.ts';
import { eventPattern, Rule, type RuleOptions } from './rule.ts';

export interface EventBridgeSurroundings {
  runtime: AwsRuntime;
  metrics: MetricStore;
  destinations: Destinations;
  iam: Iam;
  warn(text: string): void;
}

/** What an archive keeps. */
export interface Archive {
  name: string;
  arn: string;
  pattern: EventPattern | undefined;
  /** Undefined for ever. */
  retentionMs: number | undefined;
  /** In the order of arrival. */
  events: { event: BusEvent; atMs: number }[];
}

export interface Bus {
  name: string;
  arn: string;
  /** By name. */
  rules: Map<string, Rule>;
  archives: Map<string, Archive>;
}

/** The buses of one account and region; there always is the default bus. */
export class BusStore {
  readonly surroundings: EventBridgeSurroundings;
  readonly buses = new Map<string, Bus>();

  constructor(surroundings: EventBridgeSurroundings) {
    this.surroundings = surroundings;
    this.create('default');
  }

  get runtime(): AwsRuntime {
    return this.surroundings.runtime;
  }

  arnOf(resource: string): string {
    const { partition, region, accountId } = this.runtime;
    return `arn:${partition}:events:${region}:${accountId}:${resource}`;
  }

  busArn(nameOrArn: string): string {
    return nameOrArn.startsWith('arn:') ? nameOrArn : this.arnOf(`event-bus/${nameOrArn}`);
  }

  find(nameOrArn: string): Bus | undefined {
    const bus = this.buses.get(nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1));
    return bus?.arn === this.busArn(nameOrArn) ? bus : undefined;
  }

  /** @throws AwsError ResourceNotFoundException */
  bus(nameOrArn = 'default'): Bus {
    const bus = this.find(nameOrArn);
    if (bus) return bus;
    throw notFound(`Event bus ${nameOrArn} does not exist.`);
  }

  /** @throws AwsError ResourceAlreadyExistsException */
  create(name: string): Bus {
    if (this.buses.has(name))
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    const bus: Bus = {
      name,
      arn: this.arnOf(`event-bus/${name}`),
      rules: new Map(),
      archives: new Map(),
    };
    this.buses.set(name, bus);
    return bus;
  }

  *deadLetterRoutes(): Iterable<DeadLetterRoute> {
    for (const { rules } of this.buses.values())
      for (const { targets } of rules.values())
        for (const { deadLetterRoute } of targets.values()) if (deadLetterRoute) yield deadLetterRoute;
  }

  ruleArn(busName: string, name: string): string {
    return this.arnOf(busName === 'default' ? `rule/${name}` : `rule/${busName}/${name}`);
  }

  /** @throws AwsError ResourceNotFoundException */
  rule(busName: string | undefined, name: string): Rule {
    const bus = this.bus(busName);
    const rule = bus.rules.get(name);
    if (rule) return rule;
    throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  }

  /** @throws AwsError when its pattern or schedule is not valid, or there is one with targets already */
  putRule(options: Omit<RuleOptions, 'arn'>): Rule {
    const bus = this.bus(options.busName);
    const present = bus.rules.get(options.name);
    if (present && present.targets.size > 0)
      throw unsupported('changing a rule that has targets; delete the rule first');
    present?.close();
    const arn = this.ruleArn(bus.name, options.name);
    const rule = new Rule({ ...options, busName: bus.name, arn }, this.surroundings);
    bus.rules.set(rule.name, rule);
    return rule;
  }

  /** @throws AwsError for a pattern that is not valid */
  archive(bus: Bus, name: string, pattern: string | undefined, retentionMs: number | undefined): Archive {
    const archive: Archive = {
      name,
      arn: this.arnOf(`archive/${name}`),
      pattern: pattern === undefined ? undefined : eventPattern(pattern),
      retentionMs,
      events: [],
    };
    bus.archives.set(name, archive);
    return archive;
  }

  /** Sends an event through a bus: to its archives and, by its rules, to their targets. */
  publish(bus: Bus, travelling: Travelling, onlyRules?: ReadonlySet<string>): void {
    const { event, ingestedAtMs } = travelling;
    const { course, meter } = this.runtime;
    if (course.timeline.isWatched)
      course.timeline.record({
        atMs: ingestedAtMs,
        kind: 'published',
        place: bus.name,
        subject: event.id,
        detail: `${event.source} ${event['detail-type']}`,
      });
    if (event['replay-name'] === undefined)
      for (const archive of bus.archives.values()) {
        if (archive.pattern && !archive.pattern.matches(event)) continue;
        archive.events.push({ event, atMs: ingestedAtMs });
        meter.add(
          'eventbridge',
          'archived-gb',
          archive.arn,
          Buffer.byteLength(JSON.stringify(event)) / 1024 ** 3,
        );
      }
    for (const rule of bus.rules.values())
      if ((onlyRules === undefined || onlyRules.has(rule.arn)) && rule.matches(event))
        rule.trigger(travelling);
  }

  close(): void {
    for (const { rules } of this.buses.values()) for (const rule of rules.values()) rule.close();
  }
}
