import type { Block, Body, Expression } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import { referencesIn } from '../references.ts';
import { describeRange } from '../source.ts';
import type { CheckRule, ProviderName, ResourceConfiguration } from './configuration.ts';
import { checkSchema, referenceList, requireArgument, requireLabels } from './schema.ts';

/** Blocks that are Terraform's own business and not the provider's. */
const ownBlocks = ['lifecycle', 'provisioner', 'connection'];
const metaArguments = ['count', 'for_each', 'depends_on', 'provider'];

/** Reads a `resource` or `data` block. Throws `TerraformError`. */
export function decodeResource(block: Block, mode: 'managed' | 'data'): ResourceConfiguration {
  const [type = '', name = ''] = requireLabels(block, 'type', 'name');
  const { attributes } = block.body;
  const count = attributes.get('count');
  const forEach = attributes.get('for_each');
  if (count !== undefined && forEach !== undefined) {
    throw terraformError(
      'Invalid combination of "count" and "for_each"',
      'The "count" and "for_each" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of resources to be created.',
      forEach.nameRange,
    );
  }
  const provider = attributes.get('provider');
  const lifecycle = decodeLifecycle(block.body, mode);
  const body = withoutAttributes(block.body, metaArguments);
  body.blocks = body.blocks.filter(({ type: nested }) => !ownBlocks.includes(nested));
  return {
    mode,
    type,
    name,
    body,
    count,
    forEach,
    provider:
      provider === undefined
        ? { name: providerOf(type), alias: undefined }
        : parseProviderName(provider.value),
    dependsOn: referenceList(attributes.get('depends_on')),
    ...lifecycle,
    provisioners: block.body.blocks.filter((nested) => nested.type === 'provisioner'),
    range: block.headerRange,
  };
}

/** The provider of a resource type is its first word. */
function providerOf(type: string): string {
  return type.split('_', 1)[0] ?? type;
}

function decodeLifecycle(
  body: Body,
  mode: 'managed' | 'data',
): Pick<ResourceConfiguration, 'preconditions' | 'postconditions'> {
  const [lifecycle, second] = body.blocks.filter(({ type }) => type === 'lifecycle');
  if (lifecycle === undefined) return { preconditions: [], postconditions: [] };
  if (second !== undefined) {
    throw terraformError(
      'Duplicate lifecycle block',
      `This resource already has a lifecycle block at ${describeRange(lifecycle.headerRange)}.`,
      second.headerRange,
    );
  }
  requireLabels(lifecycle);
  checkSchema(lifecycle, {
    // Accepted and without meaning here: they decide how Terraform changes what exists already.
    optional:
      mode === 'data'
        ? []
        : ['create_before_destroy', 'prevent_destroy', 'ignore_changes', 'replace_triggered_by'],
    blocks: ['precondition', 'postcondition'],
  });
  const rules = (type: string) =>
    lifecycle.body.blocks.filter((block) => block.type === type).map(decodeCheckRule);
  return { preconditions: rules('precondition'), postconditions: rules('postcondition') };
}

/** Reads a block with `condition` and `error_message`. */
export function decodeCheckRule(block: Block): CheckRule {
  requireLabels(block);
  checkSchema(block, { required: ['condition', 'error_message'] });
  const condition = requireArgument(block.body, 'condition').value;
  if (referencesIn(condition).length === 0) {
    throw terraformError(
      `Invalid ${block.type} expression`,
      'The condition expression must refer to at least one object from elsewhere in the configuration, or else its result would not be checking anything.',
      condition.range,
    );
  }
  return {
    condition,
    errorMessage: requireArgument(block.body, 'error_message').value,
    range: block.headerRange,
  };
}

/** `aws` or `aws.east`. */
export function parseProviderName(expression: Expression): ProviderName {
  const plain = expression.kind === 'parentheses' ? expression.inner : expression;
  if (plain.kind === 'reference') {
    const [step, further] = plain.steps;
    if (step === undefined) return { name: plain.root, alias: undefined };
    if (step.kind === 'attribute' && further === undefined) return { name: plain.root, alias: step.name };
  }
  throw terraformError(
    'Invalid provider configuration reference',
    'A provider configuration reference must be a provider type name, optionally followed by a period and a configuration alias, as in "aws.east".',
    expression.range,
  );
}

export function withoutAttributes(body: Body, names: readonly string[]): Body {
  const attributes = new Map([...body.attributes].filter(([name]) => !names.includes(name)));
  return { attributes, blocks: [...body.blocks], range: body.range };
}
