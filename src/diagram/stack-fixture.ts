import type { Stack, StackResource, StackValues } from '../terraform/stack.ts';

/** A resource as a test needs it: its address, arguments, and the addresses it refers to. */
export function resourceOf(address: string, values: StackValues, dependsOn: string[] = []): StackResource {
  const parts = address.split('.');
  const modulePath: string[] = [];
  while (parts[0] === 'module') modulePath.push(parts.splice(0, 2)[1] ?? '');
  const [type = '', name = ''] = parts;
  return {
    address,
    mode: 'managed',
    type,
    name,
    modulePath,
    provider: type.split('_')[0] ?? '',
    values,
    configured: Object.keys(values),
    sensitive: [],
    dependsOn,
    source: { file: 'main.tf', line: 1, column: 1 },
  };
}

export function stackOf(resources: StackResource[], variables: StackValues = {}): Stack {
  return {
    rootDirectory: '/nowhere',
    workspace: 'default',
    variables,
    providers: [],
    resources,
    dataSources: [],
    outputs: {},
    warnings: [],
    files: [],
  };
}
