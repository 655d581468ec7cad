// How policies stand in the ledger of grants.
import type { GrantHandle, GrantLedger, GrantSource } from '../../engine/grants.ts';
import type { Policy, Statement } from './policy.ts';

/**
 * Enters what a policy allows. `principal` is the role that it is attached to; without it, whoever its statements
 * name. A policy that AWS keeps is entered as a whole under its name `role`, any other statement by statement.
 */
export function enterPolicy(ledger: GrantLedger, policy: Policy, principal?: string, role?: string): void {
  const statements = policy.statements.filter((statement) => statement.effect === 'Allow');
  if (role !== undefined && principal !== undefined) {
    policy.grants = [enterTogether(ledger, policy.source, statements, principal, role)];
    return;
  }
  policy.grants = statements.map((statement) => {
    statement.grant = ledger.add({
      principal: principal ?? principalText(statement),
      actions: texts(statement.actions),
      resources: resourceTexts(statement),
      source: policy.source,
      part: statement.label,
    });
    return statement.grant;
  });
}

function enterTogether(
  ledger: GrantLedger,
  source: GrantSource,
  statements: Statement[],
  principal: string,
  role: string,
): GrantHandle {
  const actions = statements.map((statement) => texts(statement.actions));
  const resources = statements.map(resourceTexts);
  const set = { principal, actions: actions.flat(), resources: [...new Set(resources.flat())], source, role };
  const handle = ledger.add(set);
  statements.forEach((statement, index) => {
    const firstAction = actions.slice(0, index).flat().length;
    statement.grant = {
      set,
      use(actionIndex, resourceIndex, action, resource) {
        const written = resources[index]?.[resourceIndex] ?? '';
        handle.use(firstAction + actionIndex, set.resources.indexOf(written), action, resource);
      },
    };
  });
  return handle;
}

function texts({ not, patterns }: Statement['actions']): string[] {
  const list = patterns.map((pattern) => pattern.text);
  return not ? [`not ${list.join(', ')}`] : list;
}

const resourceTexts = ({ resources }: Statement) => (resources ? texts(resources) : []);

function principalText({ principals }: Statement): string {
  const names =
    principals?.entries.map((entry) => (entry.type === 'any' ? '*' : entry.value)).join(', ') ?? '';
  return principals?.not ? `not ${names}` : names;
}
