import type { Attribute, Block, Body, Expression } from '../ast.ts';
import { TerraformError, terraformError } from '../diagnostics.ts';
import { describeRange } from '../source.ts';
import { anyType } from '../types/index.ts';
import type {
  CheckConfiguration,
  CheckRule,
  ModuleCallConfiguration,
  ModuleConfiguration,
  OutputConfiguration,
  ProviderConfiguration,
  ProviderName,
  VariableConfiguration,
} from './configuration.ts';
import { providerLabel, resourceAddress } from './configuration.ts';
import { decodeCheckRule, decodeResource, parseProviderName, withoutAttributes } from './decode-resource.ts';
import {
  checkSchema,
  literalBool,
  literalString,
  referenceList,
  requireArgument,
  requireLabels,
  unsupportedArgument,
  unsupportedBlock,
} from './schema.ts';
import { parseType, textMode } from './type-expression.ts';

const topLevelBlocks = [
  'terraform',
  'provider',
  'variable',
  'locals',
  'output',
  'resource',
  'data',
  'module',
  'check',
  'moved',
  'removed',
  'import',
];

/** Reads the blocks of one module. Throws a `TerraformError` with everything that is wrong in them. */
export function decodeModule(bodies: readonly Body[]): ModuleConfiguration {
  const configuration: ModuleConfiguration = {
    variables: new Map(),
    locals: new Map(),
    outputs: new Map(),
    managed: new Map(),
    data: new Map(),
    modules: new Map(),
    providers: new Map(),
    checks: new Map(),
  };
  const errors: TerraformError[] = [];
  for (const body of bodies) {
    for (const attribute of body.attributes.values()) errors.push(unsupportedArgument(attribute, []));
    for (const block of body.blocks) {
      try {
        decodeBlock(block, configuration);
      } catch (error) {
        if (!(error instanceof TerraformError)) throw error;
        errors.push(error);
      }
    }
  }
  if (errors.length > 0) throw new TerraformError(errors.flatMap(({ diagnostics }) => diagnostics));
  return configuration;
}

function decodeBlock(block: Block, into: ModuleConfiguration): void {
  switch (block.type) {
    case 'terraform':
      checkTerraformBlock(block);
      break;
    case 'provider': {
      const provider = decodeProvider(block);
      declare(into.providers, providerLabel(provider), provider, 'provider configuration');
      break;
    }
    case 'variable': {
      const variable = decodeVariable(block);
      declare(into.variables, variable.name, variable, 'variable declaration');
      break;
    }
    case 'locals':
      decodeLocals(block, into);
      break;
    case 'output': {
      const output = decodeOutput(block);
      declare(into.outputs, output.name, output, 'output definition');
      break;
    }
    case 'resource':
    case 'data': {
      const resource = decodeResource(block, block.type === 'data' ? 'data' : 'managed');
      const resources = resource.mode === 'data' ? into.data : into.managed;
      declare(
        resources,
        `${resource.type}.${resource.name}`,
        resource,
        `${resource.mode === 'data' ? 'data' : 'resource'} "${resource.type}" configuration`,
      );
      break;
    }
    case 'module': {
      const call = decodeModuleCall(block);
      declare(into.modules, call.name, call, 'module call');
      break;
    }
    case 'check': {
      const check = decodeCheck(block);
      declare(into.checks, check.name, check, 'check block');
      break;
    }
    case 'moved':
      checkSchema(block, { required: ['from', 'to'] });
      break;
    case 'removed':
      checkSchema(block, { required: ['from'], blocks: ['lifecycle', 'connection', 'provisioner'] });
      break;
    case 'import':
      checkSchema(block, { required: ['to'], optional: ['id', 'identity', 'for_each', 'provider'] });
      break;
    case 'ephemeral':
      throw terraformError(
        'Unsupported block type',
        'Ephemeral resources are not supported: there is no provider here that could open them.',
        block.headerRange,
      );
    default:
      throw unsupportedBlock(block, topLevelBlocks);
  }
}

function declare<T extends { range: VariableConfiguration['range'] }>(
  into: Map<string, T>,
  name: string,
  item: T,
  what: string,
): void {
  const earlier = into.get(name);
  if (earlier !== undefined) {
    throw terraformError(
      `Duplicate ${what}`,
      `${name} was already declared at ${describeRange(earlier.range)}. Names must be unique within a module.`,
      item.range,
    );
  }
  into.set(name, item);
}

/** Versions and backends concern `init` and the state, so only their form is checked. */
function checkTerraformBlock(block: Block): void {
  requireLabels(block);
  checkSchema(block, {
    optional: ['required_version', 'experiments', 'language'],
    blocks: ['required_providers', 'backend', 'cloud', 'provider_meta'],
  });
  literalString(block.body.attributes.get('required_version'));
}

function decodeProvider(block: Block): ProviderConfiguration {
  const [name = ''] = requireLabels(block, 'name');
  const alias = literalString(block.body.attributes.get('alias'));
  const body = withoutAttributes(block.body, ['alias', 'version']);
  return { name, alias, body, range: block.headerRange };
}

function decodeVariable(block: Block): VariableConfiguration {
  const [name = ''] = requireLabels(block, 'name');
  checkSchema(block, {
    optional: ['description', 'default', 'type', 'sensitive', 'nullable', 'ephemeral', 'deprecated'],
    blocks: ['validation'],
  });
  const reserved = [
    'source',
    'version',
    'providers',
    'count',
    'for_each',
    'lifecycle',
    'depends_on',
    'locals',
  ];
  if (reserved.includes(name)) {
    throw terraformError(
      'Invalid variable name',
      `The variable name "${name}" is reserved due to its special meaning inside module blocks.`,
      block.headerRange,
    );
  }
  const { attributes } = block.body;
  const type = attributes.get('type');
  literalString(attributes.get('description'));
  literalBool(attributes.get('ephemeral'));
  return {
    name,
    type: type === undefined ? anyType : parseType(type.value),
    textMode: textMode(type),
    default: attributes.get('default')?.value,
    sensitive: literalBool(attributes.get('sensitive')) ?? false,
    nullable: literalBool(attributes.get('nullable')) ?? true,
    validations: block.body.blocks.map(decodeCheckRule),
    range: block.headerRange,
  };
}

function decodeLocals(block: Block, into: ModuleConfiguration): void {
  requireLabels(block);
  const [nested] = block.body.blocks;
  if (nested !== undefined) throw unsupportedBlock(nested, []);
  for (const [name, attribute] of block.body.attributes) {
    const earlier = into.locals.get(name);
    if (earlier !== undefined) {
      throw terraformError(
        'Duplicate local value definition',
        `A local value named "${name}" was already defined at ${describeRange(earlier.nameRange)}. Local value names must be unique within a module.`,
        attribute.nameRange,
      );
    }
    into.locals.set(name, attribute);
  }
}

function decodeOutput(block: Block): OutputConfiguration {
  const [name = ''] = requireLabels(block, 'name');
  checkSchema(block, {
    required: ['value'],
    optional: ['description', 'sensitive', 'ephemeral', 'depends_on', 'deprecated'],
    blocks: ['precondition'],
  });
  const { attributes } = block.body;
  return {
    name,
    value: requireArgument(block.body, 'value').value,
    description: literalString(attributes.get('description')),
    sensitive: literalBool(attributes.get('sensitive')) ?? false,
    dependsOn: referenceList(attributes.get('depends_on')),
    preconditions: block.body.blocks.map(decodeCheckRule),
    range: block.headerRange,
  };
}

function decodeModuleCall(block: Block): ModuleCallConfiguration {
  const [name = ''] = requireLabels(block, 'name');
  const { attributes, blocks } = block.body;
  const [nested] = blocks;
  if (nested !== undefined) throw unsupportedBlock(nested, []);
  const sourceArgument = requireArgument(block.body, 'source');
  const source = literalString(sourceArgument) ?? '';
  if (!/^\.\.?\//.test(source)) {
    throw terraformError(
      'Unsupported module source',
      `Only local modules can be loaded, so the source must begin with "./" or "../"; "${source}" would have to be downloaded.`,
      sourceArgument.value.range,
    );
  }
  const version = attributes.get('version');
  if (version !== undefined) {
    throw terraformError(
      'Invalid registry module source address',
      'The argument "version" is for modules from a registry. A local module has no versions: remove the argument.',
      version.nameRange,
    );
  }
  const meta = ['source', 'providers', 'count', 'for_each', 'depends_on'];
  return {
    name,
    source,
    body: withoutAttributes(block.body, meta),
    providers: decodeProvidersArgument(attributes.get('providers')),
    count: attributes.get('count'),
    forEach: attributes.get('for_each'),
    dependsOn: referenceList(attributes.get('depends_on')),
    range: block.headerRange,
  };
}

function decodeProvidersArgument(attribute: Attribute | undefined): Map<string, ProviderName> | undefined {
  if (attribute === undefined) return undefined;
  if (attribute.value.kind !== 'object') {
    throw terraformError(
      'Invalid providers argument',
      'The "providers" argument must be a map from the provider names of the module to those of its caller.',
      attribute.value.range,
    );
  }
  return new Map(
    attribute.value.items.map(({ key, value }) => [
      providerLabel(parseProviderName(keyExpression(key))),
      parseProviderName(value),
    ]),
  );
}

/** `aws` reads as the literal key of an object; `(aws.east)` and `aws.east` are references. */
function keyExpression(key: Expression): Expression {
  if (key.kind === 'literal' && typeof key.value === 'string') {
    return { kind: 'reference', root: key.value, steps: [], range: key.range };
  }
  return key;
}

function decodeCheck(block: Block): CheckConfiguration {
  const [name = ''] = requireLabels(block, 'name');
  checkSchema(block, { blocks: ['data', 'assert'] });
  const data = block.body.blocks
    .filter(({ type }) => type === 'data')
    .map((nested) => decodeResource(nested, 'data'));
  const assertions: CheckRule[] = block.body.blocks
    .filter(({ type }) => type === 'assert')
    .map(decodeCheckRule);
  if (assertions.length === 0) {
    throw terraformError(
      'Zero assert blocks',
      'Check blocks must have at least one assert block.',
      block.headerRange,
    );
  }
  const [first, second] = data;
  if (second !== undefined) {
    throw terraformError(
      'Multiple data resource blocks',
      `This check block already has a data resource, ${resourceAddress(second)} is a further one.`,
      second.range,
    );
  }
  return { name, data: first, assertions, range: block.headerRange };
}
