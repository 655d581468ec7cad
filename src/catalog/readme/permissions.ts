import path from 'node:path';
import { type Grant, ruleFor, terraformName } from '../../diagram/index.ts';
import type { StackResource } from '../../terraform/stack.ts';
import { type CloudPart, cloudNames } from './clouds.ts';
import { blocks, code, codes, heading, link, markdownTable } from './markdown.ts';

/** Who may do what to what, a table per cloud. */
export function permissionTables(parts: readonly CloudPart[]): string {
  return blocks(
    ...parts
      .filter(({ architecture }) => architecture.grants.length > 0)
      .map((part) => blocks(heading(3, cloudNames[part.cloud]), permissionTable(part))),
  );
}

function permissionTable(part: CloudPart): string {
  const { grants, runsAs } = part.architecture;
  const isCode = ({ principal }: Grant) => runsAs.has(principal);
  const sorted = [...grants.filter(isCode), ...grants.filter((grant) => !isCode(grant))];
  return markdownTable(
    ['Who', 'Actions', 'On', 'Granted in'],
    sorted.map(({ effect, principal, actions, resource, condition, source }) => [
      principalText(part, principal),
      `${effect === 'deny' ? 'never ' : ''}${codes(actions.map(withoutService))}`,
      `${nameOf(part, resource)}${condition === undefined ? '' : `, ${conditionText(part, condition)}`}`,
      sourceLink(part, source),
    ]),
  );
}

/** The code that runs as an identity; the identity itself where no code of the stack does. */
function principalText(part: CloudPart, principal: string): string {
  const functions = part.architecture.runsAs.get(principal)?.map((address) => nameOf(part, address));
  return functions ? functions.join(', ') : nameOf(part, principal);
}

function nameOf(part: CloudPart, address: string): string {
  const resource = resourceAt(part, address);
  if (!resource) return address;
  const rule = ruleFor(part.cloud, resource.type);
  const name = code(terraformName(resource));
  return 'leftOut' in rule ? name : `${rule.service} ${name}`;
}

function conditionText(part: CloudPart, condition: string): string {
  const [word, address = ''] = condition.split(' ');
  return word === 'for' ? `for ${nameOf(part, address)}` : `where ${code(condition)}`;
}

/** Azure's actions begin with the types of what the column `On` names already. */
const withoutService = (action: string): string =>
  action.replace(/^Microsoft\.\w+\/\w+\/(sqlDatabases\/containers\/)?/, '');

/** The file, seen from the folder of the pattern. */
function sourceLink(part: CloudPart, address: string): string {
  const file = resourceAt(part, address)?.source.file ?? '';
  return link(path.posix.basename(file), path.posix.join(part.cloud, file));
}

function resourceAt({ stack }: CloudPart, address: string): StackResource | undefined {
  return stack.resources.find((resource) => resource.address === address);
}
