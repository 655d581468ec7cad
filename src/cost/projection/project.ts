import { gbSeconds, type Month } from '../arithmetic.ts';
import { lambda } from '../aws/lambda.ts';
import { type Bill, type BillOptions, billFor, type Component, type Usage } from '../bill.ts';
import { Decimal } from '../decimal.ts';
import { quantityAt, type UsageProfile } from '../profile/usage-profile.ts';
import { durationMs, lifecycles, withMemory } from './duration-model.ts';
import { meteredUnits } from './metered-units.ts';
import type { EventSource, FunctionFacts, LogRetention, Provision, Store } from './provision.ts';
import { serviceTitle } from './service-titles.ts';
import {
  type ActiveTimeRule,
  billedShare,
  coldStartsPerSecond,
  existingShare,
  type InstanceShare,
  instanceShares,
  neededInstances,
  sampledByXray,
} from './traffic.ts';

/** How much there is to do, and what of the Terraform and the profile is taken otherwise than they say. */
export interface Scale {
  dailyTransactions: number;
  /** Payload of a transaction; the profile's usual one when absent. */
  payloadKb?: number | undefined;
  /** Memory of every function. */
  memoryMb?: number | undefined;
  /** Duration of every invocation. */
  durationMs?: number | undefined;
  /** Instances that are paid for around the clock, of every function. */
  readyInstances?: number | undefined;
  /** Part of a batch that is filled, on average; `batchFill` when absent. */
  batchFill?: number | undefined;
}

/** What one function has to do, and on how many instances. */
export interface FunctionLoad {
  address: string;
  facts: FunctionFacts;
  invocationsPerSecond: number;
  durationMs: number;
  coldStartsPerSecond: number;
  neededInstances: number;
}

export interface Projection extends Bill {
  scale: Scale;
  monthlyTransactions: number;
  functions: FunctionLoad[];
  /** What is not in the total, and caps that were applied. */
  notes: string[];
}

/** Batches of event sources are half full: messages come neither all at once nor one by one. */
export const batchFill = 0.5;
/** https://aws.amazon.com/cloudwatch/pricing/: logs are archived compressed, to about 15 % of their size. */
const archivedShare = 0.15;
const secondsPerDay = 86_400;
const longPollSeconds = 20;
const messagesPerReceive = 10;
const sqsChunkKb = 64;
const daysPerMonth = 365 / 12;

/** Minimum 1,000 ms, then by 100 ms. https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#billing */
const flexRule: ActiveTimeRule = { minimumSeconds: 1, granularitySeconds: 0.1 };
/** https://cloud.google.com/run/pricing */
const cloudRunRule: ActiveTimeRule = { minimumSeconds: 0.1, granularitySeconds: 0.1 };

/** Prices what a profile's transactions use on what a stack provisions. */
export function project(
  profile: UsageProfile,
  provision: Provision,
  scale: Scale,
  options: BillOptions,
): Projection {
  const sheet = new Sheet(profile, provision, scale, options.month);
  const bill = billFor(sheet.usages, options);
  return {
    ...bill,
    scale,
    monthlyTransactions: sheet.monthly,
    functions: sheet.functions,
    notes: sheet.notes,
  };
}

/** The line that costs most, of those with a known price. */
export function dominantDriver({ components }: Bill): Component | undefined {
  let dominant: Component | undefined;
  let most = Decimal.zero;
  for (const component of components) {
    if (component.charge.kind !== 'known' || !component.charge.usd.isMoreThan(most)) continue;
    most = component.charge.usd;
    dominant = component;
  }
  return dominant;
}

/** What is known of a total. */
export function knownUsd({ total }: Bill): Decimal {
  return total.kind === 'known' ? total.usd : total.knownUsd;
}

/** USD for a million transactions. */
export function usdPerMillion(projection: Projection): number {
  if (projection.monthlyTransactions === 0) return 0;
  return (knownUsd(projection).toNumber() / projection.monthlyTransactions) * 1e6;
}

/** The usage of a month, written line by line. */
class Sheet {
  readonly usages: Usage[] = [];
  readonly notes: string[] = [];
  readonly functions: FunctionLoad[] = [];
  readonly monthly: number;
  readonly #profile: UsageProfile;
  readonly #provision: Provision;
  readonly #scale: Scale;
  readonly #month: Month;
  readonly #monthSeconds: number;
  readonly #perSecond: number;

  constructor(profile: UsageProfile, provision: Provision, scale: Scale, month: Month) {
    this.#profile = profile;
    this.#provision = provision;
    this.#scale = scale;
    this.#month = month;
    this.#monthSeconds = month.seconds.toNumber();
    this.#perSecond = scale.dailyTransactions / secondsPerDay;
    this.monthly = scale.dailyTransactions * month.days.toNumber();
    this.#writeFunctions();
    this.#writeUses();
    this.#writeEventSources();
    this.#writeSchedules();
    this.#writeFixed();
  }

  #at(quantity: number | number[]): number {
    const { payloadKb } = this.#profile;
    return quantityAt(quantity, payloadKb, this.#payloadKb);
  }

  get #payloadKb(): number {
    return this.#scale.payloadKb ?? this.#profile.payloadKb[0] ?? 1;
  }

  #line(price: string, name: string, quantity: number, freeAllowance?: Usage['freeAllowance']): void {
    if (quantity > 0)
      this.usages.push({
        name: `${serviceTitle(price)}: ${name}`,
        price,
        quantity: Decimal.near(quantity),
        freeAllowance,
      });
  }

  #writeFunctions(): void {
    for (const facts of this.#provision.functions) {
      const used = this.#profile.functions.find((each) => each.function === facts.address);
      const sources = this.#provision.eventSources.filter((source) => source.function === facts.address);
      const batches = sum(sources.map((source) => this.#batchesPerTransaction(source)));
      const messages = sum(sources.map((source) => this.#messagesPerTransaction(source)));
      const byClock = sum(
        this.#provision.schedules
          .filter((schedule) => schedule.function === facts.address)
          .map(({ perDay }) => perDay / secondsPerDay),
      );
      const direct = used ? this.#at(used.invocations) : 0;
      const perTransaction = direct + batches;
      const perSecond = perTransaction * this.#perSecond + byClock;
      const { memoryMb, readyInstances, durationMs: given } = this.#scale;
      const sized = memoryMb === undefined ? facts : withMemory(facts, memoryMb);
      const actual = readyInstances === undefined ? sized : { ...sized, readyInstances };
      // An invocation has as much to do as there are messages in its batch.
      const share = perTransaction === 0 ? 0 : 1 / perTransaction;
      const calls: Record<string, number> = {};
      for (const [service, count] of Object.entries(used?.calls ?? {}))
        calls[service] = this.#at(count) * share;
      const work = { cpuMs: this.#profile.cpuMs * (direct + messages) * share, calls };
      const ms = given ?? used?.durationMs ?? durationMs(actual, work);
      this.#writeFunction(actual, perSecond, ms);
    }
  }

  #writeFunction(facts: FunctionFacts, perSecond: number, ms: number): void {
    const { concurrency, platform, readyInstances } = facts;
    const shares = instanceShares({ perSecond, durationSeconds: ms / 1000, concurrency });
    const { keepAliveSeconds } = lifecycles[platform];
    const cold = coldStartsPerSecond(shares, keepAliveSeconds, readyInstances);
    const load: FunctionLoad = {
      address: facts.address,
      facts,
      invocationsPerSecond: perSecond,
      durationMs: ms,
      coldStartsPerSecond: cold,
      neededInstances: neededInstances(shares),
    };
    this.functions.push(load);
    switch (platform) {
      case 'lambda':
        this.#writeLambda(load, shares);
        break;
      case 'azure-flex':
        this.#writeFlex(load, shares);
        break;
      case 'azure-consumption': {
        // By the execution, with at least 100 ms and 128 MB of what it uses.
        const executions = perSecond * this.#monthSeconds;
        this.#line('azure.functions.consumption_executions', 'Executions', executions);
        this.#line(
          'azure.functions.consumption_duration',
          'Execution time',
          gbSeconds(executions, Math.ceil(Math.max(ms, 100)), facts.memoryMb).toNumber(),
        );
        break;
      }
      case 'azure-premium': {
        const hours = Math.max(readyInstances, load.neededInstances, 1) * this.#month.hours.toNumber();
        this.#line('azure.functions.premium_vcpu', 'Premium vCPU', hours * facts.vcpu);
        this.#line('azure.functions.premium_memory', 'Premium memory', (hours * facts.memoryMb) / 1024);
        break;
      }
      case 'cloud-run-requests':
        this.#writeCloudRun(load, shares);
        break;
      case 'cloud-run-instances': {
        const existing = shares.slice(readyInstances).map((share) => existingShare(share, keepAliveSeconds));
        const seconds = (readyInstances + sum(existing)) * this.#monthSeconds;
        this.#line('gcp.run.instance_cpu', 'CPU of instances', seconds * facts.vcpu);
        this.#line('gcp.run.instance_memory', 'Memory of instances', (seconds * facts.memoryMb) / 1024);
        break;
      }
    }
  }

  #writeLambda(load: FunctionLoad, shares: readonly InstanceShare[]): void {
    const { facts, invocationsPerSecond, durationMs: ms } = load;
    const { readyInstances } = facts;
    const onReady = sum(shares.slice(0, readyInstances).map(({ servedPerSecond }) => servedPerSecond));
    const requests = invocationsPerSecond * this.#monthSeconds;
    const readyRequests = readyInstances === 0 ? 0 : Math.min(onReady * this.#monthSeconds, requests);
    const usages = lambda.usages(
      {
        requests: Math.round(Math.max(0, requests - readyRequests)),
        durationMs: Math.ceil(ms),
        memoryMb: facts.memoryMb,
        architecture: facts.architecture,
        ephemeralStorageMb: facts.ephemeralMb,
        coldStarts: Math.round(load.coldStartsPerSecond * this.#monthSeconds),
        initDurationMs: lifecycles.lambda.initMs,
        ...(readyInstances > 0 && {
          provisionedConcurrency: readyInstances,
          provisionedRequests: Math.round(readyRequests),
        }),
      },
      this.#month,
    );
    for (const usage of usages) this.usages.push({ ...usage, name: `Lambda: ${usage.name}` });
    if (facts.traced) {
      const traces = sampledByXray(invocationsPerSecond) * this.#monthSeconds;
      this.#line('aws.xray.traces_recorded', 'Traces recorded', traces);
    }
  }

  #writeFlex({ facts, durationMs: ms }: FunctionLoad, shares: readonly InstanceShare[]): void {
    const { readyInstances } = facts;
    const gb = facts.memoryMb / 1024;
    const active = (of: readonly InstanceShare[]) =>
      sum(of.map((share) => billedShare(share, ms / 1000, flexRule))) * this.#monthSeconds;
    const served = (of: readonly InstanceShare[]) =>
      sum(of.map(({ servedPerSecond }) => servedPerSecond)) * this.#monthSeconds;
    const [ready, onDemand] = [shares.slice(0, readyInstances), shares.slice(readyInstances)];
    this.#line('azure.functions.flex_ondemand_executions', 'Executions', served(onDemand));
    this.#line('azure.functions.flex_ondemand_duration', 'Execution time', active(onDemand) * gb);
    this.#line(
      'azure.functions.flex_always_ready_baseline',
      'Always-ready baseline',
      readyInstances * gb * this.#monthSeconds,
    );
    this.#line('azure.functions.flex_always_ready_executions', 'Always-ready executions', served(ready));
    this.#line(
      'azure.functions.flex_always_ready_duration',
      'Always-ready execution time',
      active(ready) * gb,
    );
  }

  #writeCloudRun(
    { facts, invocationsPerSecond, durationMs: ms }: FunctionLoad,
    shares: readonly InstanceShare[],
  ): void {
    const { readyInstances, vcpu, memoryMb } = facts;
    const billed = shares.map((share) => billedShare(share, ms / 1000, cloudRunRule));
    const activeSeconds = sum(billed) * this.#monthSeconds;
    const idleSeconds =
      Math.max(0, readyInstances - sum(billed.slice(0, readyInstances))) * this.#monthSeconds;
    this.#line('gcp.run.requests', 'Requests', invocationsPerSecond * this.#monthSeconds);
    this.#line('gcp.run.request_cpu', 'CPU', activeSeconds * vcpu);
    this.#line('gcp.run.request_memory', 'Memory', (activeSeconds * memoryMb) / 1024);
    this.#line('gcp.run.min_instance_cpu', 'Idle minimum instances, CPU', idleSeconds * vcpu);
    this.#line(
      'gcp.run.min_instance_memory',
      'Idle minimum instances, memory',
      (idleSeconds * memoryMb) / 1024,
    );
  }

  #writeUses(): void {
    const { cloud, stores, logs } = this.#provision;
    const modes = new Map<string, Store['mode']>(stores.map(({ address, mode }) => [address, mode]));
    for (const { service, unit, resource, quantity } of this.#profile.uses) {
      const used = this.#at(quantity) * this.monthly;
      const key = `${service} ${unit}`;
      const metered = meteredUnits[cloud][key];
      if (!metered) {
        // The price book answers that it has no such price, and the bill shows the gap.
        this.#line(`${cloud}.${service}.${unit}`, unit, used);
        continue;
      }
      const isLog = key.endsWith('ingested-bytes');
      const retention = isLog ? retentionOf(logs, resource) : undefined;
      const charged = isLog ? this.#capped(used, retention) : used;
      const price = metered.price(resource === undefined ? undefined : modes.get(resource));
      if (price !== undefined) this.#line(price, metered.name, charged / metered.size);
      if (isLog) this.#writeRetention(charged, retention);
    }
    this.#line('aws.cloudwatch.custom_metrics', 'Custom metrics', this.#profile.customMetrics);
  }

  /** Log volume after the daily cap that the Terraform sets. */
  #capped(bytes: number, retention: LogRetention | undefined): number {
    if (retention?.dailyCapGb === undefined) return bytes;
    const most = retention.dailyCapGb * 1e9 * this.#month.days.toNumber();
    if (bytes <= most) return bytes;
    const share = ((1 - most / bytes) * 100).toFixed(0);
    this.notes.push(
      `The cap of ${retention.dailyCapGb} GB a day drops ${share} % of the logs, which the total does not pay for.`,
    );
    return most;
  }

  /** Storage of logs, once it is as old as it gets; for ever counts as a year. */
  #writeRetention(bytesPerMonth: number, retention: LogRetention | undefined): void {
    const days = retention === undefined ? 30 : retention.days === 0 ? 365 : retention.days;
    const months = days / daysPerMonth;
    switch (this.#provision.cloud) {
      case 'aws':
        this.#line(
          'aws.cloudwatch.logs_storage',
          'Logs stored',
          (bytesPerMonth * months * archivedShare) / 1024 ** 3,
        );
        break;
      case 'azure':
        // 31 days are included, 90 in Application Insights.
        this.#line(
          'azure.monitor.logs_retention',
          'Retention',
          (bytesPerMonth * Math.max(0, days - 90)) / daysPerMonth / 1e9,
        );
        break;
      case 'gcp':
        this.#line(
          'gcp.logging.retention',
          'Retention',
          (bytesPerMonth * Math.max(0, days - 30)) / daysPerMonth / 1024 ** 3,
        );
    }
  }

  #messagesPerTransaction({ from }: EventSource): number {
    const quantity = this.#profile.messages[from];
    return quantity === undefined ? 0 : this.#at(quantity);
  }

  /** Messages of a batch: what a window gathers, or else the usual part of a full one. */
  #batchOf(source: EventSource): number {
    const { batchSize, windowSeconds } = source;
    const gathered = 1 + this.#messagesPerTransaction(source) * this.#perSecond * windowSeconds;
    const usual = batchSize * (this.#scale.batchFill ?? batchFill);
    return Math.min(batchSize, Math.max(1, usual, gathered));
  }

  #batchesPerTransaction(source: EventSource): number {
    return this.#messagesPerTransaction(source) / this.#batchOf(source);
  }

  #writeEventSources(): void {
    for (const source of this.#provision.eventSources) {
      if (source.source !== 'sqs' && source.source !== 'sqs-fifo') continue;
      const price = source.source === 'sqs' ? 'aws.sqs.standard' : 'aws.sqs.fifo';
      const batch = this.#batchOf(source);
      const calls = Math.ceil(batch / messagesPerReceive);
      const receives = Math.max(calls, Math.ceil((batch * this.#payloadKb) / sqsChunkKb));
      const batches = this.#batchesPerTransaction(source) * this.monthly;
      this.#line(price, 'Receives and deletes of event sources', batches * (receives + calls));
      this.#line(
        price,
        'Idle polling of event sources',
        (source.pollers * this.#monthSeconds) / longPollSeconds,
      );
    }
  }

  #writeSchedules(): void {
    for (const { price, perDay } of this.#provision.schedules)
      if (price !== undefined) this.#line(price, 'Scheduler', perDay * this.#month.days.toNumber());
  }

  #writeFixed(): void {
    const { hours, days } = this.#month;
    const units = { month: 1, hour: hours.toNumber(), day: days.toNumber() };
    for (const { name, price, quantity, per } of this.#provision.fixed)
      this.#line(price, name, quantity * units[per]);
    for (const { type, addresses } of this.#provision.unknown)
      this.#line(`${this.#provision.cloud}.${type}.each`, 'not in the price book', addresses.length);
  }
}

function retentionOf(logs: readonly LogRetention[], resource: string | undefined): LogRetention | undefined {
  return logs.find(({ address }) => address === resource) ?? logs[0];
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
