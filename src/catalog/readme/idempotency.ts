import { type Setting, terraformName } from '../../diagram/index.ts';
import { type CloudPart, cloudNames } from './clouds.ts';
import { blocks, bullets, code, markdownTable } from './markdown.ts';

/** The setting by which the handlers know where their idempotency records are, whatever the cloud calls the place. */
const settingName = /^IDEMPOTENCY_(TABLE|CONTAINER|COLLECTION)$/;

/** Where the records of answered requests are, how long they stay, and what of them the scenario proves. */
export function idempotencySection(parts: readonly CloudPart[], steps: readonly string[]): string {
  const places = parts.map((part) => ({
    part,
    setting: part.architecture.settings.find(({ name }) => settingName.test(name)),
  }));
  if (places.every(({ setting }) => setting === undefined)) return '';
  const proven = steps.filter((step) => /idempoten/i.test(step));
  return blocks(
    markdownTable(
      ['', ...parts.map(({ cloud }) => cloudNames[cloud])],
      [
        ['Records', ...places.map(({ part, setting }) => (setting ? placeOf(part, setting) : '–'))],
        ['Expire', ...places.map(({ part, setting }) => (setting ? expiryOf(part, setting) : '–'))],
      ],
    ),
    proven.length > 0 ? 'Proven by the scenario:' : undefined,
    bullets(proven),
  );
}

/** The store of that name; otherwise a collection, which no resource stands for. */
function placeOf({ architecture: { nodes }, stack }: CloudPart, { name, value }: Setting): string {
  const store = stack.resources.find(
    (resource) => resource.values.name === value && nodes.some(({ id }) => id === resource.address),
  );
  const node = nodes.find(({ id }) => id === store?.address);
  if (store && node) return `${node.service} ${code(terraformName(store))}`;
  const [database] = nodes.filter(({ kind }) => kind === 'store');
  const kind = name.replace('IDEMPOTENCY_', '').toLowerCase();
  return `${database ? `${database.service} ${code(database.name)}, ` : ''}${kind} ${code(value)}`;
}

function expiryOf({ architecture, stack }: CloudPart, { value }: Setting): string {
  const fact = architecture.facts.find(({ label, subject }) => {
    const resource = stack.resources.find(({ address }) => address === subject);
    return (
      label === 'Records expire' && (resource?.values.name === value || resource?.values.collection === value)
    );
  });
  return fact?.value ?? 'never';
}
