import type { Attribute, CallExpression, Expression } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import { constantScope } from '../evaluate/constant.ts';
import { evaluate } from '../evaluate/expression.ts';
import {
  type AttributeConstraint,
  anyType,
  boolType,
  ConversionError,
  convert,
  numberType,
  objectFrom,
  stringType,
  type TypeConstraint,
} from '../types/index.ts';

/** The declared type of a variable. Throws `TerraformError` for what is no type. */
export function parseType(expression: Expression): TypeConstraint {
  if (expression.kind === 'parentheses') return parseType(expression.inner);
  if (expression.kind === 'reference' && expression.steps.length === 0)
    return parseKeyword(expression.root, expression);
  if (expression.kind === 'literal' && typeof expression.value === 'string') {
    throw invalid(
      expression,
      `Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is no longer supported. Remove the quotes around "${expression.value}".`,
    );
  }
  if (expression.kind !== 'call')
    throw invalid(
      expression,
      'A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).',
    );
  switch (expression.name) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: expression.name, element: parseType(onlyArgument(expression)) };
    case 'object':
      return parseObjectType(expression);
    case 'tuple': {
      const elements = onlyArgument(expression);
      if (elements.kind !== 'tuple')
        throw invalid(expression, 'Tuple type constructor requires a list of element types.');
      return { kind: 'tuple', elements: elements.elements.map(parseType) };
    }
    case 'optional':
      throw invalid(expression, 'Keyword "optional" is valid only as a modifier for object type attributes.');
    default:
      throw invalid(expression, `Keyword "${expression.name}" is not a valid type constructor.`);
  }
}

function parseKeyword(keyword: string, expression: Expression): TypeConstraint {
  switch (keyword) {
    case 'string':
      return stringType;
    case 'number':
      return numberType;
    case 'bool':
      return boolType;
    case 'any':
      return anyType;
    case 'list':
    case 'set':
    case 'map':
      throw invalid(
        expression,
        `The ${keyword} type constructor requires one argument specifying the element type.`,
      );
    case 'object':
    case 'tuple':
      throw invalid(
        expression,
        `The ${keyword} type constructor requires one argument specifying the ${keyword === 'object' ? 'attribute types and values as a map' : 'element types as a list'}.`,
      );
    default:
      throw invalid(expression, `The keyword "${keyword}" is not a valid type specification.`);
  }
}

function parseObjectType(expression: CallExpression): TypeConstraint {
  const shape = onlyArgument(expression);
  if (shape.kind !== 'object') {
    throw invalid(
      expression,
      'Object type constructor requires a map whose keys are attribute names and whose values are their types.',
    );
  }
  return {
    kind: 'object',
    attributes: objectFrom(
      shape.items.map(({ key, value }): [string, AttributeConstraint] => {
        if (key.kind !== 'literal' || typeof key.value !== 'string') {
          throw invalid(key, 'Object constructor map keys must be attribute names.');
        }
        return [key.value, parseAttributeType(value)];
      }),
    ),
  };
}

function parseAttributeType(expression: Expression): AttributeConstraint {
  if (expression.kind !== 'call' || expression.name !== 'optional') {
    return { type: parseType(expression), optional: false };
  }
  const [declared, fallback, extra] = expression.args;
  if (declared === undefined || extra !== undefined) {
    throw invalid(
      expression,
      'Optional attribute modifier requires the attribute type as its first argument, and takes at most a default value besides.',
    );
  }
  const type = parseType(declared);
  if (fallback === undefined) return { type, optional: true };
  return {
    type,
    optional: true,
    default: constantOfType(fallback, type, 'Invalid default value for optional attribute'),
  };
}

function constantOfType(expression: Expression, type: TypeConstraint, summary: string) {
  try {
    return convert(evaluate(expression, constantScope), type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw terraformError(
      summary,
      `This default value is not compatible with the attribute's type constraint: ${error.message}.`,
      expression.range,
    );
  }
}

function onlyArgument(call: CallExpression): Expression {
  const [argument, extra] = call.args;
  if (argument === undefined || extra !== undefined) {
    throw invalid(call, `The ${call.name} type constructor requires exactly one argument.`);
  }
  return argument;
}

function invalid(expression: Expression, detail: string) {
  return terraformError('Invalid type specification', detail, expression.range);
}

/** How a `-var` or `TF_VAR_` text for the variable is read: as it stands, or as an expression. */
export function textMode(type: Attribute | undefined): 'literal' | 'expression' {
  if (type === undefined) return 'literal';
  const { value } = type;
  const primitive = value.kind === 'reference' && ['string', 'number', 'bool'].includes(value.root);
  return primitive ? 'literal' : 'expression';
}
