import {
  callWaitMs,
  cpuMsPerCall,
  cpuMsPerInvocation,
  lifecycles,
  otherCallWaitMs,
} from './duration-model.ts';
import type { CostedStack } from './pattern-cost.ts';
import { batchFill, type Projection } from './project.ts';

/** What a projection takes for granted, in sentences. */
export function assumptions({ profile, provision }: CostedStack, { functions, scale }: Projection): string[] {
  const lines: string[] = [];
  for (const { address, durationMs, facts } of functions) {
    const used = profile.functions.find((each) => each.function === address);
    if (scale.durationMs !== undefined || used?.durationMs !== undefined) {
      lines.push(`${address} runs ${durationMs.toFixed(0)} ms, as given.`);
      continue;
    }
    if (!used) continue;
    const services = Object.keys(used.calls).map(
      (service) => `${callWaitMs[service] ?? otherCallWaitMs} ms for each call to ${service}`,
    );
    const share = facts.vcpu < 1 ? ` on ${facts.vcpu.toFixed(2)} vCPU (${facts.memoryMb} MB)` : '';
    lines.push(
      `${address} runs ${durationMs.toFixed(0)} ms: ${cpuMsPerInvocation + profile.cpuMs} ms of CPU time and ${cpuMsPerCall} ms per call${share}, and waits ${services.join(', ') || 'for nothing'}.`,
    );
  }
  const platforms = new Set(functions.map(({ facts }) => facts.platform));
  for (const platform of platforms) {
    const { initMs, keepAliveSeconds } = lifecycles[platform];
    lines.push(
      `${platform}: an instance starts in ${initMs} ms and goes after ${keepAliveSeconds} s without work.`,
    );
  }
  if (provision.eventSources.length > 0) {
    const fill = (scale.batchFill ?? batchFill) * 100;
    lines.push(`Batches of event sources are filled to ${fill} %, or as far as their window gathers.`);
  }
  if (provision.logs.some(({ days }) => days === 0))
    lines.push('Logs that are kept for ever count as kept for a year.');
  return lines;
}

/** What holds for every projection. */
export const generalAssumptions: readonly string[] = [
  'Requests come at random, evenly spread over the day and the month.',
  'Stored data is what the transactions of one month leave behind.',
  'Prices are list prices in USD, each in the region where it is known best unless --region says otherwise.',
  'Taxes, support, deployments and people who look at consoles are not counted.',
];
