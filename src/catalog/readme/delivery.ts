import { type CloudPart, cloudNames } from './clouds.ts';
import { code, markdownTable } from './markdown.ts';

/** What brings work to the code on each cloud, and what becomes of it when it fails. */
export function deliveryTable(parts: readonly CloudPart[]): string {
  const rows = parts.flatMap(({ cloud, architecture: { nodes, edges } }) => {
    const name = (id: string) => {
      const node = nodes.find((candidate) => candidate.id === id);
      return node ? `${node.service} ${code(node.name)}`.trim() : id;
    };
    return edges.flatMap(({ from, to, delivery }) => {
      if (!delivery) return [];
      const { how, retries, afterTheLastFailure } = delivery;
      return [[cloudNames[cloud], `${name(from)} → ${name(to)}`, how, retries, afterTheLastFailure]];
    });
  });
  return markdownTable(['Cloud', 'From → to', 'Delivery', 'Retries', 'After the last failure'], rows);
}
