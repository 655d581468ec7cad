import type { Architecture, ArchitectureEdge, ArchitectureNode, NodeKind } from './architecture.ts';

/** Brackets around the text of a box. https://mermaid.js.org/syntax/flowchart.html#node-shapes */
const shapes: Record<NodeKind, readonly [string, string]> = {
  client: ['([', '])'],
  entrance: ['{{', '}}'],
  function: ['[', ']'],
  store: ['[(', ')]'],
  bucket: ['[(', ')]'],
  queue: ['[[', ']]'],
  topic: ['((', '))'],
  stream: ['[/', '/]'],
  schedule: ['>', ']'],
  workflow: ['[[', ']]'],
  secret: ['[\\', '\\]'],
  telemetry: ['[', ']'],
};

const arrows: Record<ArchitectureEdge['kind'], string> = { call: '==>', access: '-->', telemetry: '-.->' };

/** Longest line of an edge's text; a list of more is broken over several lines. */
const longestLabelLine = 26;

/** The architecture as a Mermaid flowchart, which GitHub draws. The same architecture gives the same text. */
export function mermaid({ nodes, edges }: Architecture): string {
  const ids = identifiers(nodes);
  const id = (address: string) => ids.get(address) ?? address;
  return [
    'flowchart LR',
    ...nodes.map((node) => `  ${id(node.id)}${box(node)}`),
    ...edges.map(({ from, to, kind, labels }) => {
      const text = labels.length === 0 ? '' : `|"${escaped(lines(labels)).join('<br/>')}"|`;
      return `  ${id(from)} ${arrows[kind]}${text} ${id(to)}`;
    }),
    '  classDef quiet stroke-dasharray: 3 3,opacity: 0.7',
    ...nodes.filter(({ kind }) => kind === 'telemetry').map((node) => `  class ${id(node.id)} quiet`),
  ].join('\n');
}

function box({ kind, service, name }: ArchitectureNode): string {
  const [open, close] = shapes[kind];
  const text = escaped([service, name].filter((line) => line !== '')).join('<br/>');
  return `${open}"${text}"${close}`;
}

/** Short identifiers, made of the names that a reader sees, so that the text itself can be read. */
function identifiers(nodes: readonly ArchitectureNode[]): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id, name, service, kind } of nodes) {
    // A word of Mermaid, such as `end`, must not be an identifier; with the kind in front none is.
    const base = `${kind}_${(name || service).replace(/\W+/g, '_')}`.replace(/_+$/, '');
    let unique = kind === 'client' || kind === 'telemetry' ? kind : base;
    for (let count = 2; taken.has(unique); count++) unique = `${base}_${count}`;
    taken.add(unique);
    ids.set(id, unique);
  }
  return ids;
}

/** Routes stand one per line; short words share lines. */
function lines(labels: readonly string[]): string[] {
  const result: string[] = [];
  let line = '';
  for (const label of labels) {
    const joined = line === '' ? label : `${line}, ${label}`;
    if (line !== '' && (joined.length > longestLabelLine || label.includes(' '))) {
      result.push(label.includes(' ') ? line : `${line},`);
      line = label;
    } else line = joined;
  }
  return [...result, line];
}

/** Characters that would end the text or start markup. https://mermaid.js.org/syntax/flowchart.html#entity-codes */
function escaped(texts: readonly string[]): string[] {
  return texts.map((text) =>
    text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;'),
  );
}
