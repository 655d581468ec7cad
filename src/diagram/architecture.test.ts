import { expect, it } from 'vitest';
import { terraformName } from './architecture.ts';
import { resourceOf } from './stack-fixture.ts';

const named = (name: string, modulePath: string[], instanceKey?: string | number) =>
  terraformName({
    ...resourceOf(`aws_sqs_queue.${name}`, {}),
    modulePath,
    ...(instanceKey !== undefined && { instanceKey }),
  });

it.each<[string, string, string[], (string | number)?]>([
  // In the root, and what a module is all about.
  ['orders', 'orders', []],
  ['orders', 'orders', [], 0],
  ['orders[1]', 'orders', [], 1],
  ['api', 'this', ['api']],
  // A part of a module tells which module.
  ['queue dead_letter', 'dead_letter', ['queue']],
  // for_each over resources: a queue and its dead-letter queue have one key.
  ['jobs', 'this', ['service_bus'], 'jobs'],
  ['jobs dead_letter', 'dead_letter', ['service_bus'], 'jobs'],
  ['orders/invoice dead_letter', 'dead_letter', ['service_bus'], 'orders/invoice'],
  // for_each and count over modules.
  ['invoice queue', 'this', ['queue["invoice"]']],
  ['invoice dead_letter', 'dead_letter', ['queue["invoice"]']],
  ['invoice queue', 'this', ['branch["invoice"]', 'queue']],
  ['a.b ["c"] queue', 'this', ['queue["a.b [\\"c\\"]"]']],
  ['dead_letters', 'this', ['dead_letters[0]']],
  ['dead_letters[1]', 'this', ['dead_letters[1]']],
])('%s is what a reader sees of %s in %j', (shown, name, modulePath, instanceKey) => {
  expect(named(name, modulePath, instanceKey)).toBe(shown);
});
