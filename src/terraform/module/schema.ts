import {
  type Attribute,
  type Block,
  type Body,
  blockHeader,
  type Expression,
  type ReferenceExpression,
} from '../ast.ts';
import { didYouMean, terraformError } from '../diagnostics.ts';

/** Which arguments and blocks a block of the Terraform language itself may have. */
export interface BlockSchema {
  required?: readonly string[];
  optional?: readonly string[];
  blocks?: readonly string[];
}

/** Throws `TerraformError` for the first argument or block that the schema does not allow, or that it misses. */
export function checkSchema(block: Pick<Block, 'type' | 'body'>, schema: BlockSchema): void {
  const names = [...(schema.required ?? []), ...(schema.optional ?? [])];
  for (const attribute of block.body.attributes.values()) {
    if (!names.includes(attribute.name)) throw unsupportedArgument(attribute, names, schema.blocks);
  }
  for (const nested of block.body.blocks) {
    if (!schema.blocks?.includes(nested.type)) throw unsupportedBlock(nested, schema.blocks ?? [], names);
  }
  for (const name of schema.required ?? []) requireArgument(block.body, name);
}

export function unsupportedArgument(
  attribute: Attribute,
  names: readonly string[],
  blocks: readonly string[] = [],
) {
  const hint = blocks.includes(attribute.name)
    ? ` Did you mean to define a block of type "${attribute.name}"?`
    : didYouMean(attribute.name, names);
  return terraformError(
    'Unsupported argument',
    `An argument named "${attribute.name}" is not expected here.${hint}`,
    attribute.nameRange,
  );
}

export function unsupportedBlock(block: Block, types: readonly string[], names: readonly string[] = []) {
  const hint = names.includes(block.type)
    ? ` Did you mean to define argument "${block.type}"? If so, use the equals sign to assign it a value.`
    : didYouMean(block.type, types);
  return terraformError(
    'Unsupported block type',
    `Blocks of type "${block.type}" are not expected here.${hint}`,
    block.headerRange,
  );
}

export function requireArgument(body: Body, name: string): Attribute {
  const attribute = body.attributes.get(name);
  if (attribute !== undefined) return attribute;
  throw terraformError(
    'Missing required argument',
    `The argument "${name}" is required, but no definition was found.`,
    body.range,
  );
}

/** The labels of a block, which must be as many as `names` and, unless they are free text, identifiers. */
export function requireLabels(block: Block, ...names: string[]): string[] {
  if (block.labels.length < names.length) {
    throw terraformError(
      `Missing ${names[block.labels.length]} for ${block.type}`,
      `All ${block.type} blocks must have ${names.length} labels (${names.join(', ')}).`,
      block.headerRange,
    );
  }
  if (block.labels.length > names.length) {
    throw terraformError(
      `Extraneous label for ${block.type}`,
      names.length === 0
        ? `No labels are expected for ${block.type} blocks.`
        : `Only ${names.length} labels (${names.join(', ')}) are expected for ${block.type} blocks.`,
      block.headerRange,
    );
  }
  for (const label of block.labels) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(label)) {
      throw terraformError(
        `Invalid ${block.type} name`,
        `A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes; "${label}" in ${blockHeader(block)} does not.`,
        block.headerRange,
      );
    }
  }
  return block.labels;
}

/** An argument that must be written out, because Terraform needs it before it evaluates anything. */
export function literalString(attribute: Attribute | undefined): string | undefined {
  if (attribute === undefined) return undefined;
  const { value } = attribute;
  if (value.kind === 'literal' && typeof value.value === 'string') return value.value;
  throw notConstant(attribute, 'a string');
}

export function literalBool(attribute: Attribute | undefined): boolean | undefined {
  if (attribute === undefined) return undefined;
  const { value } = attribute;
  if (value.kind === 'literal') {
    if (value.value === true || value.value === 'true') return true;
    if (value.value === false || value.value === 'false') return false;
  }
  throw notConstant(attribute, 'true or false');
}

function notConstant(attribute: Attribute, what: string) {
  return terraformError(
    'Unsuitable value type',
    `The argument "${attribute.name}" must be ${what}, written out: variables, functions and templates may not be used here.`,
    attribute.value.range,
  );
}

/** The references of `depends_on` and its kin. */
export function referenceList(attribute: Attribute | undefined): ReferenceExpression[] {
  if (attribute === undefined) return [];
  if (attribute.value.kind !== 'tuple') {
    throw terraformError(
      'Invalid expression',
      'A static list expression is required.',
      attribute.value.range,
    );
  }
  return attribute.value.elements.map((element) => staticReference(element));
}

/** An expression that is a plain reference. */
export function staticReference(expression: Expression): ReferenceExpression {
  if (expression.kind === 'reference') return expression;
  throw terraformError(
    'Invalid expression',
    'A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.',
    expression.range,
  );
}
