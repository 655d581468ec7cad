import type { Row, Settings } from './benchmark.ts';
import { createItem, eachItemsApp, readItem, startItemsApp } from './items-app.ts';
import { HttpLoad, measureLoad } from './load-client.ts';

/** Requests per second through the whole of pattern 01: HTTP entrance, function, SDK, store. */
export const load = (settings: Settings): Promise<Row[]> =>
  eachItemsApp(settings, async (app) => {
    await using running = new AsyncDisposableStack();
    const { port, servers, id } = await startItemsApp(app, settings, running);
    const get = readItem(id);
    const works = [
      { work: 'GET /items/{id}', request: () => get, status: 200 },
      { work: 'POST /items', request: () => createItem, status: 201 },
    ];
    const rows: Row[] = [];
    for (const { work, request, status } of works) {
      using requests = new HttpLoad({ port, connections: settings.connections, request, status });
      const figures = await measureLoad(settings, servers, requests);
      rows.push({ kind: 'measured', subject: app.name, work, figures });
    }
    return rows;
  });
