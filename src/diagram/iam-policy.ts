import type { StackResource } from '../terraform/stack.ts';
import type { Grant } from './architecture.ts';
import type { StackIndex } from './stack-index.ts';

interface Statement {
  effect: Grant['effect'];
  actions: string[];
  resources: string[];
  condition?: string;
}

/**
 * The grants of an IAM policy document to a principal.
 * @throws Error when the document is not known, or uses a form that the tables cannot tell
 */
export function policyGrants(
  policy: unknown,
  principal: string,
  resource: StackResource,
  index: StackIndex,
): Grant[] {
  return statementsOf(policy, resource).flatMap(({ effect, actions, resources, condition }) =>
    resources.map(
      (target): Grant => ({
        effect,
        principal,
        actions,
        resource: target === '*' ? 'any resource' : (index.meant(target, resource)?.address ?? target),
        ...(condition !== undefined && { condition }),
        source: resource.address,
      }),
    ),
  );
}

function statementsOf(policy: unknown, { address, source }: StackResource): Statement[] {
  const where = `${source.file}:${source.line}, ${address}`;
  if (typeof policy !== 'string')
    throw new Error(`${where}: its policy is not known before the stack is applied.`);
  const document: unknown = JSON.parse(policy);
  const statements = isRecord(document) ? listOf(document.Statement) : [];
  return statements.filter(isRecord).map((statement) => {
    const unsupported = ['NotAction', 'NotResource', 'NotPrincipal'].find((key) => key in statement);
    if (unsupported) throw new Error(`${where}: tables of permissions cannot show ${unsupported}.`);
    return {
      effect: statement.Effect === 'Deny' ? 'deny' : 'allow',
      actions: texts(statement.Action),
      resources: texts(statement.Resource),
      ...(isRecord(statement.Condition) && { condition: conditionText(statement.Condition) }),
    };
  });
}

/** `{ StringLike: { 'kms:ViaService': 'x' } }` as `kms:ViaService StringLike x`. */
function conditionText(condition: Record<string, unknown>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      isRecord(keys)
        ? Object.entries(keys).map(([key, value]) => `${key} ${operator} ${texts(value).join(' or ')}`)
        : [],
    )
    .join(' and ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const texts = (value: unknown): string[] => listOf(value).filter((element) => typeof element === 'string');
