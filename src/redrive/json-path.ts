import { RedriveError } from './redrive-error.ts';

/** `order.lines[0].price` or `order.lines.0.price` as its steps. */
export function pathSteps(path: string): string[] {
  const steps = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  if (steps.some((step) => step === '' || step === '__proto__'))
    throw new RedriveError(`'${path}' is no path into a JSON body. Write it as order.lines[0].price.`);
  return steps;
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** `undefined` where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const step of pathSteps(path)) {
    if (!isContainer(at) || !Object.hasOwn(at, step)) return undefined;
    at = at[step];
  }
  return at;
}

/** A copy in which the path has the value; objects on the way are made. @throws RedriveError */
export function withValueAt(value: unknown, path: string, replacement: unknown): unknown {
  return withStep(value, pathSteps(path), replacement, path);
}

function withStep(value: unknown, steps: readonly string[], replacement: unknown, path: string): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    const index = Number(step);
    if (!Number.isInteger(index) || index > value.length)
      throw new RedriveError(`The body has an array of ${value.length} where '${path}' asks for '${step}'.`);
    return value.toSpliced(index, 1, withStep(value[index], rest, replacement, path));
  }
  if (value !== undefined && !isContainer(value))
    throw new RedriveError(`The body has no object where '${path}' asks for '${step}'.`);
  return { ...value, [step]: withStep(value?.[step], rest, replacement, path) };
}
