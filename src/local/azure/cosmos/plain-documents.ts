import type { Table } from '../../stack-access.ts';
import type { Cosmos } from './cosmos.ts';

/** What the service itself adds to every item. */
const systemMembers = new Set(['_rid', '_self', '_etag', '_attachments', '_ts']);

/** The containers as the owner of the stack sees them. */
export function tablesOf(cosmos: Cosmos): Table[] {
  return cosmos.containers().map(({ account, database, container, items }) => ({
    name: container,
    aliases: [`${database}/${container}`, `${account}/${database}/${container}`],
    documents: async () =>
      [...items.table.all()].map(({ document }) =>
        Object.fromEntries(Object.entries(document.body).filter(([name]) => !systemMembers.has(name))),
      ),
  }));
}
