import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Cloud } from '../src/package/clouds.ts';
import { projectRoot } from '../src/package/project.ts';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { type HttpAnswer, HttpConnection, httpRequest } from './http-connection.ts';
import { itemsPeers } from './items-peers.ts';
import { freePort, type ServerProcess, startProcess, until } from './server-process.ts';

/** Something that runs the function package of pattern 01 and answers its API on a port of this machine. */
export interface ItemsApp {
  name: string;
  cloud: Cloud;
  /**
   * Starts all that it takes without waiting until it answers. What is started is given to `running`, which stops it.
   * @returns the processes that do the work of a request
   */
  start(port: number, running: AsyncDisposableStack): Promise<ServerProcess[]>;
}

export type MaybeItemsApp = ItemsApp | Extract<Row, { kind: 'skipped' }>;

const item = JSON.stringify({ name: 'Test Item', price: 29.99 });

/** A request that creates an item. */
export const createItem = httpRequest({ method: 'POST', path: '/items', body: item });

/** A request that reads an item. */
export const readItem = (id: string): Buffer => httpRequest({ method: 'GET', path: `/items/${id}` });

/** Measures our own run and its peers one after the other, cloud by cloud. */
export async function eachItemsApp(
  settings: Settings,
  measure: (app: ItemsApp) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const cloud of settings.clouds) {
    for (const app of [...localRuns(cloud), ...(await itemsPeers(cloud, settings))]) {
      if ('kind' in app) {
        rows.push(app);
        continue;
      }
      settings.progress(`  ${app.name}`);
      rows.push(...(await rowsOf(app.name, settings, () => measure(app))));
    }
  }
  return rows;
}

/** Our own run; on Azure also with more throughput than a serverless Cosmos DB container has. */
function localRuns(cloud: Cloud): ItemsApp[] {
  const plain = localRun(cloud, []);
  return cloud === 'azure'
    ? [plain, localRun(cloud, ['--var', 'autoscale_max_ru_per_second=20000'])]
    : [plain];
}

function localRun(cloud: Cloud, settings: string[]): ItemsApp {
  return {
    name: [`${cloud}: serverless-patterns run 01`, ...settings].join(' '),
    cloud,
    async start(port, running) {
      const main = path.join(projectRoot, 'src/cli/main.ts');
      const words = [main, 'run', '01', '--cloud', cloud, '--port', String(port), ...settings];
      return [
        running.use(
          startProcess({ name: `run 01 on ${cloud}`, command: process.execPath, arguments: words }),
        ),
      ];
    },
  };
}

export interface RunningItemsApp {
  port: number;
  servers: ServerProcess[];
  /** Id of the first item. */
  id: string;
  /** From the start of the first process to the answer 201 of the first POST. */
  firstItemMs: number;
}

const Created = z.object({ id: z.string() });

/** Starts an app and creates its first item, trying again until that succeeds. */
export async function startItemsApp(
  app: ItemsApp,
  { interruption }: Settings,
  running: AsyncDisposableStack,
): Promise<RunningItemsApp> {
  const port = await freePort();
  const startMs = performance.now();
  const servers = await app.start(port, running);
  const [server] = servers;
  if (!server) throw new Error(`${app.name} has started nothing.`);
  let answer: HttpAnswer | undefined;
  let lastRefusal = 'nothing';
  await until(
    server,
    async () => {
      interruption.throwIfAborted();
      answer = await ask(port);
      if (answer?.status === 201) return true;
      if (answer) lastRefusal = `${answer.status} ${answer.body.slice(0, 500)}`;
      // Whoever answers at all is up; it is left time to find its store.
      if (answer) await sleep(20);
      return false;
    },
    () => `the last answer was ${lastRefusal}`,
  );
  const firstItemMs = performance.now() - startMs;
  const { id } = Created.parse(JSON.parse(answer?.body ?? ''));
  return { port, servers, id, firstItemMs };
}

async function ask(port: number): Promise<HttpAnswer | undefined> {
  const connection = new HttpConnection(port);
  try {
    return await connection.send(createItem);
  } catch {
    return undefined;
  } finally {
    connection.close();
  }
}
