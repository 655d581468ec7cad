import { expect, test } from 'vitest';
import type { Architecture, ArchitectureNode } from './architecture.ts';
import { mermaid } from './mermaid.ts';

function architecture(nodes: ArchitectureNode[], edges: Architecture['edges']): Architecture {
  return { nodes, edges, grants: [], alarms: [], facts: [], runsAs: new Map(), settings: [] };
}

const worker: ArchitectureNode = { id: 'a.worker', kind: 'function', service: 'Lambda', name: 'worker' };

test('boxes and edges, with the shapes and arrows of their kinds', () => {
  const items: ArchitectureNode = { id: 'a.items', kind: 'store', service: 'DynamoDB', name: 'items' };
  const logs: ArchitectureNode = {
    id: 'telemetry',
    kind: 'telemetry',
    service: 'CloudWatch Logs',
    name: '2 alarms',
  };
  const text = mermaid(
    architecture(
      [worker, items, logs],
      [
        { from: 'a.worker', to: 'a.items', kind: 'access', labels: ['GetItem', 'PutItem'] },
        { from: 'a.worker', to: 'telemetry', kind: 'telemetry', labels: [] },
      ],
    ),
  );
  expect(text.split('\n')).toEqual([
    'flowchart LR',
    '  function_worker["Lambda<br/>worker"]',
    '  store_items[("DynamoDB<br/>items")]',
    '  telemetry["CloudWatch Logs<br/>2 alarms"]',
    '  function_worker -->|"GetItem, PutItem"| store_items',
    '  function_worker -.-> telemetry',
    '  classDef quiet stroke-dasharray: 3 3,opacity: 0.7',
    '  class telemetry quiet',
  ]);
});

test('boxes of the same name keep identifiers of their own', () => {
  const text = mermaid(architecture([worker, { ...worker, id: 'b.worker' }], []));
  expect(text).toContain('  function_worker[');
  expect(text).toContain('  function_worker_2[');
});

test('what would end a text or start markup is written as an entity', () => {
  const text = mermaid(architecture([{ ...worker, name: 'a["x"]<b>#1' }], []));
  expect(text).toContain('"Lambda<br/>a[#quot;x#quot;]#lt;b#gt;#35;1"');
});

test('a route has a line of its own, short words share lines', () => {
  const from = { ...worker, id: 'b', name: 'other' };
  const edge = (labels: string[]) =>
    mermaid(architecture([worker, from], [{ from: 'b', to: 'a.worker', kind: 'call', labels }]));
  expect(edge(['GET /items', 'POST /items'])).toContain('"GET /items<br/>POST /items"');
  expect(edge(['DeleteItem', 'GetItem', 'PutItem', 'Scan'])).toContain(
    '"DeleteItem, GetItem,<br/>PutItem, Scan"',
  );
});
