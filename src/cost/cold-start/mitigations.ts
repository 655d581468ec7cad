import type { Cloud } from '../../package/clouds.ts';
import type { BillOptions } from '../bill.ts';
import { lifecycles, withMemory } from '../projection/duration-model.ts';
import type { CostedStack } from '../projection/pattern-cost.ts';
import { type FunctionLoad, knownUsd, project, type Scale } from '../projection/project.ts';
import type { FunctionFacts } from '../projection/provision.ts';
import type { Arrivals } from './arrivals.ts';
import type { Distribution } from './distribution.ts';
import { type SimulationResult, simulate } from './simulate.ts';

/** What callers of a function see, and what the month costs. */
export interface ColdStartFigures {
  cloud: Cloud;
  /** Address of the function. */
  function: string;
  /** What is done about cold starts: `as it is`, `2 provisioned`. */
  mitigation: string;
  coldShare: number;
  coldStartsPerDay: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maximumMs: number;
  /** The most instances with a request at the same moment. */
  concurrency: number;
  meanInstances: number;
  usd: number;
  /** What the mitigation adds to the month. */
  extraUsd: number;
}

export interface ColdStartOptions {
  /** How requests come: at random all day, in bursts of so many, or by a working day with a peak of four times the mean. */
  traffic: 'even' | 'daily' | { requestsPerBurst: number };
  /** Measured INIT instead of the platform's usual one. */
  initMs?: number | undefined;
  /** How long an idle instance is kept, instead of the platform's usual time. */
  keepAliveSeconds?: number | undefined;
  seed: number;
}

/** Requests that are simulated for each row, unless they need more than so many days. */
const simulatedRequests = 300_000;
const mostDays = 60;
const secondsPerDay = 86_400;
/** Of durations: the slowest percent takes three times the usual. */
const p99Factor = 3;
/** A ping that keeps an instance from being taken away. */
const pingEverySeconds = 300;

/**
 * Simulates the traffic of a stack's functions, as they are and with each mitigation, and prices the month of each.
 * Functions that only queues call are left out: nobody waits for them.
 */
export function coldStartFigures(
  stack: CostedStack,
  scale: Scale,
  bill: BillOptions,
  options: ColdStartOptions,
): ColdStartFigures[] {
  const base = project(stack.profile, stack.provision, scale, bill);
  const baseUsd = knownUsd(base).toNumber();
  const loads = base.functions.filter(
    ({ address, invocationsPerSecond }) =>
      invocationsPerSecond > 0 && !stack.provision.eventSources.some((source) => source.function === address),
  );
  return loads.flatMap((load) =>
    mitigationsOf(load).map(({ name, change, pinged }) => {
      const facts = change(load.facts);
      const usd = priced(stack, load, facts, scale, bill) + (pinged ? pingUsd(stack, load, scale, bill) : 0);
      const changedLoad =
        scale.durationMs === undefined ? (loadOf(stack, load, facts, scale, bill) ?? load) : load;
      const result = simulated({ ...changedLoad, facts }, options, pinged);
      return {
        cloud: stack.cloud,
        function: load.address,
        mitigation: name,
        ...figuresOf(result, load.invocationsPerSecond),
        usd,
        extraUsd: usd - baseUsd,
      };
    }),
  );
}

interface Mitigation {
  name: string;
  change(facts: FunctionFacts): FunctionFacts;
  pinged: boolean;
}

const readyNames: Readonly<Record<FunctionFacts['platform'], string>> = {
  lambda: 'provisioned',
  'azure-flex': 'always ready',
  'azure-consumption': 'always ready',
  'azure-premium': 'always ready',
  'cloud-run-requests': 'always there',
  'cloud-run-instances': 'always there',
};

function mitigationsOf({ facts, neededInstances }: FunctionLoad): Mitigation[] {
  const same = (each: FunctionFacts) => each;
  const ready = (readyInstances: number): Mitigation => ({
    name: `${readyInstances} ${readyNames[facts.platform]}`,
    change: (each) => ({ ...each, readyInstances }),
    pinged: false,
  });
  const larger = withMemory(facts, facts.memoryMb * 2);
  return [
    { name: 'as it is', change: same, pinged: false },
    // The Consumption plan has no instances that stand ready.
    ...(facts.platform === 'azure-consumption'
      ? []
      : [...new Set([1, neededInstances])].filter((count) => count > facts.readyInstances).map(ready)),
    { name: `a ping every ${pingEverySeconds / 60} minutes`, change: same, pinged: true },
    ...(larger.memoryMb === facts.memoryMb
      ? []
      : [
          {
            name: `${larger.memoryMb} MB`,
            change: (each: FunctionFacts) => withMemory(each, facts.memoryMb * 2),
            pinged: false,
          },
        ]),
  ];
}

function changed(stack: CostedStack, load: FunctionLoad, facts: FunctionFacts): CostedStack {
  const functions = stack.provision.functions.map((each) => (each.address === load.address ? facts : each));
  return { ...stack, provision: { ...stack.provision, functions } };
}

function loadOf(
  stack: CostedStack,
  load: FunctionLoad,
  facts: FunctionFacts,
  scale: Scale,
  bill: BillOptions,
): FunctionLoad | undefined {
  const { profile, provision } = changed(stack, load, facts);
  return project(
    profile,
    provision,
    { ...scale, memoryMb: undefined, readyInstances: undefined },
    bill,
  ).functions.find(({ address }) => address === load.address);
}

function priced(
  stack: CostedStack,
  load: FunctionLoad,
  facts: FunctionFacts,
  scale: Scale,
  bill: BillOptions,
): number {
  const { profile, provision } = changed(stack, load, facts);
  const plain = { ...scale, memoryMb: undefined, readyInstances: undefined };
  return knownUsd(project(profile, provision, plain, bill)).toNumber();
}

/** A ping is an invocation by the clock, at the price of a tick. */
function pingUsd(stack: CostedStack, load: FunctionLoad, scale: Scale, bill: BillOptions): number {
  const schedule = {
    address: 'ping',
    function: load.address,
    perDay: secondsPerDay / pingEverySeconds,
    ...(stack.cloud === 'aws' && { price: 'aws.eventbridge.scheduler' }),
  };
  const provision = { ...stack.provision, schedules: [...stack.provision.schedules, schedule] };
  const withPing = knownUsd(project(stack.profile, provision, scale, bill)).toNumber();
  return withPing - knownUsd(project(stack.profile, stack.provision, scale, bill)).toNumber();
}

function simulated(
  { facts, invocationsPerSecond, durationMs }: FunctionLoad,
  options: ColdStartOptions,
  pinged: boolean,
): SimulationResult {
  const usual = lifecycles[facts.platform];
  const initMs = options.initMs ?? usual.initMs;
  const keepAliveSeconds = options.keepAliveSeconds ?? usual.keepAliveSeconds;
  const duration: Distribution = {
    kind: 'lognormal',
    medianSeconds: durationMs / 1000,
    p99Seconds: (durationMs * p99Factor) / 1000,
  };
  const init: Distribution = {
    kind: 'lognormal',
    medianSeconds: initMs / 1000,
    p99Seconds: (initMs * 2) / 1000,
  };
  const seconds = Math.min(simulatedRequests / invocationsPerSecond, mostDays * secondsPerDay);
  // An instance that is called in time is never taken away: it is as good as ready.
  const keptWarm = pinged && pingEverySeconds < keepAliveSeconds ? 1 : 0;
  return simulate({
    arrivals: arrivalsOf(options.traffic, invocationsPerSecond),
    duration,
    init,
    keepAliveSeconds,
    concurrency: facts.concurrency,
    alwaysReady: Math.max(facts.readyInstances, keptWarm),
    seconds: Math.max(seconds, secondsPerDay / 24),
    seed: options.seed,
  });
}

/** A working day: nothing much at night, two humps, at most four times the mean. */
const dayShape = [
  0.1, 0.05, 0.05, 0.05, 0.05, 0.1, 0.3, 0.8, 1.6, 2.4, 2.6, 2.2, 1.6, 2, 2.4, 2.2, 1.8, 1.2, 0.9, 0.7, 0.5,
  0.3, 0.2, 0.1,
];

function arrivalsOf(traffic: ColdStartOptions['traffic'], perSecond: number): Arrivals {
  if (traffic === 'even') return { kind: 'poisson', perSecond };
  if (traffic === 'daily') {
    const mean = dayShape.reduce((sum, each) => sum + each, 0) / dayShape.length;
    return { kind: 'daily', perSecondByHour: dayShape.map((each) => (each / mean) * perSecond) };
  }
  const { requestsPerBurst } = traffic;
  return { kind: 'bursts', perSecond: perSecond / requestsPerBurst, requestsPerBurst };
}

function figuresOf(result: SimulationResult, perSecond: number) {
  const ms = (seconds: number) => seconds * 1000;
  const { latency, requests, coldStarts } = result;
  return {
    coldShare: result.coldProbability,
    coldStartsPerDay: requests === 0 ? 0 : (coldStarts / requests) * perSecond * secondsPerDay,
    p50Ms: ms(latency.p50Seconds),
    p95Ms: ms(latency.p95Seconds),
    p99Ms: ms(latency.p99Seconds),
    maximumMs: ms(latency.maximumSeconds),
    concurrency: result.peakRunning,
    meanInstances: result.meanInstances,
  };
}
