import { mbPerVcpu } from './aws-resources.ts';
import { flexVcpu } from './azure-resources.ts';
import type { FunctionFacts, Platform } from './provision.ts';

/**
 * How long a function runs, from facts that do not depend on the machine that a run was measured on: an invocation
 * takes CPU time, which grows as the share of a processor shrinks, and waits for each of its calls. A stated model:
 * `--duration-ms` replaces it by what you have measured.
 */
export interface Work {
  /** CPU time of own code on a whole processor. */
  cpuMs: number;
  /** Calls to each service. */
  calls: Readonly<Record<string, number>>;
}

/** CPU time of the runtime for each invocation, and of an SDK for each call: Node.js, JSON of a few KB. */
export const cpuMsPerInvocation = 2;
export const cpuMsPerCall = 1;

/** What a call waits for within the region, as the vendors' figures have it: usual values, not bounds. */
export const callWaitMs: Readonly<Record<string, number>> = {
  dynamodb: 5,
  sqs: 8,
  sns: 15,
  s3: 25,
  events: 15,
  kinesis: 10,
  states: 20,
  secretsmanager: 10,
  lambda: 10,
  'cosmos-db': 8,
  'key-vault': 20,
  'service-bus': 15,
  storage: 15,
  firestore: 12,
  publisher: 20,
};
export const otherCallWaitMs = 15;

/** What lies between the start of an instance and its first request, and how long an idle one is kept. */
export const lifecycles: Readonly<Record<Platform, { initMs: number; keepAliveSeconds: number }>> = {
  lambda: { initMs: 300, keepAliveSeconds: 600 },
  'azure-consumption': { initMs: 2500, keepAliveSeconds: 600 },
  'azure-flex': { initMs: 1200, keepAliveSeconds: 600 },
  'azure-premium': { initMs: 1200, keepAliveSeconds: 600 },
  'cloud-run-requests': { initMs: 1000, keepAliveSeconds: 900 },
  'cloud-run-instances': { initMs: 1000, keepAliveSeconds: 900 },
};

/** Milliseconds that one invocation of a function takes. */
export function durationMs({ vcpu }: Pick<FunctionFacts, 'vcpu'>, { cpuMs, calls }: Work): number {
  let cpu = cpuMsPerInvocation + cpuMs;
  let waits = 0;
  for (const [service, count] of Object.entries(calls)) {
    cpu += count * cpuMsPerCall;
    waits += count * (callWaitMs[service] ?? otherCallWaitMs);
  }
  // JavaScript runs on one processor, however many there are.
  return waits + cpu / Math.min(1, vcpu);
}

/** The same function with another memory, as far as its platform has it. */
export function withMemory(facts: FunctionFacts, memoryMb: number): FunctionFacts {
  switch (facts.platform) {
    case 'lambda':
      return { ...facts, memoryMb, vcpu: memoryMb / mbPerVcpu };
    case 'azure-flex': {
      const size = [512, 2048].find((each) => memoryMb <= each) ?? 4096;
      return { ...facts, memoryMb: size, vcpu: flexVcpu[size] ?? 1 };
    }
    case 'azure-premium':
    case 'azure-consumption':
      return facts;
    case 'cloud-run-requests':
    case 'cloud-run-instances':
      return { ...facts, memoryMb };
  }
}
