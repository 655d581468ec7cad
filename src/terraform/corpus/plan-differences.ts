/** Compares what we make of a configuration with what `terraform plan` makes of it. Only for tests. */
import { evaluateStack, type StackValue, Unknown } from '../index.ts';
import { runTerraform } from './real-terraform.ts';

/** The part of `terraform show -json` that is compared. */
interface Plan {
  resource_changes?: { address: string; mode: string; change: { after: Json; after_unknown: Json } }[];
  output_changes?: Record<string, { after?: Json; after_unknown: Json }>;
}
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Every difference between our evaluation in plan mode and the real plan, as lines: resources and outputs that only one
 * of them has, and values that differ in what the configuration sets. Throws when the real `terraform` rejects the
 * configuration.
 */
export async function planDifferences(
  directory: string,
  variables: Record<string, string> = {},
): Promise<string[]> {
  const init = await runTerraform(directory, 'init', '-no-color');
  if (init.exitCode !== 0) throw new Error(init.stderr);
  const given = Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`);
  const planned = await runTerraform(directory, 'plan', '-no-color', '-out=plan.bin', ...given);
  if (planned.exitCode !== 0) throw new Error(planned.stderr);
  const plan: Plan = JSON.parse((await runTerraform(directory, 'show', '-json', 'plan.bin')).stdout);
  const stack = evaluateStack(directory, { variables });

  const found: string[] = [];
  const outputs = Object.entries(plan.output_changes ?? {});
  found.push(
    ...onlyInOne(
      'output',
      Object.keys(stack.outputs),
      outputs.map(([output]) => output),
    ),
  );
  for (const [output, { after = null, after_unknown: unknown }] of outputs) {
    found.push(...differences(`output.${output}`, stack.outputs[output]?.value, after, unknown, false));
  }
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
  const addresses = stack.resources.map(({ address }) => address);
  found.push(
    ...onlyInOne(
      'resource',
      addresses,
      managed.map(({ address }) => address),
    ),
  );
  for (const { address, change } of managed) {
    const resource = stack.resources.find((candidate) => candidate.address === address);
    for (const attribute of resource?.configured ?? []) {
      const ours = resource?.values[attribute] ?? null;
      const theirs = isRecord(change.after) ? (change.after[attribute] ?? null) : null;
      const unknown = partOf(change.after_unknown, attribute);
      const ordered = differences(`${address}.${attribute}`, ours, theirs, unknown, true);
      const unordered = () =>
        differences(`${address}.${attribute}`, inAnyOrder(ours), inAnyOrder(theirs) as Json, false, true);
      if (ordered.length > 0 && unordered().length > 0) found.push(...ordered);
    }
  }
  return found;
}

function onlyInOne(kind: string, ours: string[], theirs: string[]): string[] {
  return [
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${kind} ${name}: only in ours`),
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `${kind} ${name}: only in the plan`),
  ];
}

/** What differs between our value and that of a plan, as lines; `loose` compares the texts of primitives. */
function differences(
  path: string,
  ours: StackValue | undefined,
  after: Json,
  unknown: Json,
  loose: boolean,
): string[] {
  if (unknown === true) return ours instanceof Unknown ? [] : [`${path}: unknown, ours is ${show(ours)}`];
  if (ours instanceof Unknown) return [`${path}: ${show(after)}, ours is unknown`];
  if (Array.isArray(ours) && Array.isArray(after)) {
    if (ours.length !== after.length) return [`${path}: ${show(after)}, ours is ${show(ours)}`];
    return ours.flatMap((element, at) =>
      differences(`${path}[${at}]`, element, after[at] ?? null, partOf(unknown, at), loose),
    );
  }
  if (isRecord(ours) && isRecord(after)) {
    const names = loose ? Object.keys(ours) : [...new Set([...Object.keys(ours), ...Object.keys(after)])];
    return names.flatMap((name) =>
      differences(`${path}.${name}`, ours[name], after[name] ?? null, partOf(unknown, name), loose),
    );
  }
  const same =
    loose && ours !== null && after !== null ? String(ours) === String(after) : (ours ?? null) === after;
  return same ? [] : [`${path}: ${show(after)}, ours is ${show(ours)}`];
}

function partOf(unknown: Json, key: string | number): Json {
  if (Array.isArray(unknown)) return unknown[Number(key)] ?? false;
  return isRecord(unknown) ? (unknown[key] ?? false) : false;
}

function isRecord<T>(value: T): value is Extract<T, Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'missing';
}

/** Blocks and attributes that a provider keeps as sets come in an order of its own. */
function inAnyOrder(value: StackValue | Json): StackValue {
  if (Array.isArray(value)) return value.map(inAnyOrder).sort((a, b) => (show(a) < show(b) ? -1 : 1));
  return value instanceof Unknown ? value : value;
}
