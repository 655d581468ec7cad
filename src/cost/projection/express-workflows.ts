import type { PerTransaction } from '../profile/usage-profile.ts';
import type { CostedStack } from './pattern-cost.ts';

/** An express execution is charged in steps of 100 ms and 64 MB. https://aws.amazon.com/step-functions/pricing/ */
const stepMs = 100;
const gbPerExecution = 64 / 1024;

/**
 * The standard workflows of a stack as express workflows, which are charged by executions and their duration instead
 * of by transitions.
 * @returns undefined where no standard workflow has both its executions and their duration in the profile
 */
export function asExpress(stack: CostedStack): CostedStack | undefined {
  const { uses } = stack.profile;
  const quantityOf = (unit: string, resource: string | undefined) =>
    uses.find((use) => use.service === 'states' && use.unit === unit && use.resource === resource)?.quantity;
  let isAnother = false;
  const changed = uses.flatMap((use) => {
    if (use.service !== 'states' || use.unit !== 'standard-transitions') return [use];
    const executions = quantityOf('executions', use.resource);
    const ms = quantityOf('execution-ms', use.resource);
    if (executions === undefined || ms === undefined || first(executions) === 0) return [use];
    isAnother = true;
    return [
      { ...use, unit: 'express-requests', quantity: executions },
      { ...use, unit: 'express-gb-seconds', quantity: gbSeconds(executions, ms) },
    ];
  });
  return isAnother ? { ...stack, profile: { ...stack.profile, uses: changed } } : undefined;
}

/** @param ms of all executions of a transaction together */
function gbSeconds(executions: PerTransaction, ms: PerTransaction): PerTransaction {
  const of = (count: number, together: number) =>
    count === 0 ? 0 : (count * Math.ceil(together / count / stepMs) * stepMs * gbPerExecution) / 1000;
  if (typeof ms === 'number')
    return typeof executions === 'number' ? of(executions, ms) : executions.map((count) => of(count, ms));
  return ms.map((each, index) =>
    of(typeof executions === 'number' ? executions : (executions[index] ?? first(executions)), each),
  );
}

function first(quantity: PerTransaction): number {
  return typeof quantity === 'number' ? quantity : (quantity[0] ?? 0);
}
