import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import colours from 'picocolors';
import { findPattern, type PatternFolder } from '../../catalog/catalog.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import { projectRoot } from '../../package/project.ts';
import { explain } from '../explain.ts';
import { type Output, table } from '../output.ts';
import { publishRunningApp } from '../running-apps.ts';

export interface RunSettings {
  cloud: Cloud;
  port: number;
  watch: boolean;
  verbose: boolean;
  variables: Record<string, string>;
}

/** `serverless-patterns run <pattern>`: runs until it is interrupted. */
export async function run(output: Output, query: string, settings: RunSettings): Promise<number> {
  const folder = findPattern(query);
  let app = await start(output, folder, settings, settings.port);
  let control = await publishRunningApp(app, folder.name);
  announce(output, folder, app, settings);
  const watchers = settings.watch ? watchSources(folder, () => void restart()) : [];

  let restarting: Promise<void> | undefined;
  const restart = () => {
    restarting ??= (async () => {
      output.progress('Something changed; starting again');
      const port = Number(new URL(app.entrances[0]?.url ?? 'http://127.0.0.1:0').port);
      control.close();
      await app.close();
      for (;;) {
        try {
          app = await start(output, folder, settings, port);
          break;
        } catch (error) {
          output.warn(explain(error));
          await changed(folder);
        }
      }
      control = await publishRunningApp(app, folder.name);
      output.progress(`Running again at ${app.entrances[0]?.url}`);
      restarting = undefined;
    })();
    return restarting;
  };

  await interrupted();
  output.progress('Stopping');
  for (const watcher of watchers) watcher.close();
  control.close();
  await app.close();
  return 0;
}

async function start(
  output: Output,
  folder: PatternFolder,
  settings: RunSettings,
  port: number,
): Promise<LocalCloud> {
  const { built } = await buildPackage(folder.name, settings.cloud);
  if (built) output.progress(`Built the function package for ${settings.cloud}`);
  const app = await startLocalCloud({
    cloud: settings.cloud,
    directory: path.join(folder.directory, settings.cloud),
    variables: settings.variables,
    port,
    warn: (text) => output.warn(text),
  });
  if (settings.verbose)
    app.logs.onAppend((entry) => output.progress(`${entry.group}  ${entry.message.trimEnd()}`));
  return app;
}

function announce(output: Output, folder: PatternFolder, app: LocalCloud, settings: RunSettings): void {
  const [entrance] = app.entrances;
  output.result({
    pattern: folder.name,
    cloud: app.cloud,
    entrances: app.entrances.map(({ name, url, cloudUrl, callerHeaders }) => ({
      name,
      url,
      cloudUrl,
      headers: callerHeaders(),
    })),
    endpoints: app.endpoints,
    outputs: Object.fromEntries(
      Object.entries(app.stack.outputs).map(([name, { value, sensitive }]) => [
        name,
        sensitive ? null : value,
      ]),
    ),
  });
  output.text(
    `${colours.green('●')} ${colours.bold(folder.name)} on ${settings.cloud}, from ${path.relative(projectRoot, app.stack.rootDirectory)}/*.tf (${app.stack.resources.length} resources)`,
  );
  if (entrance) {
    const headers = Object.entries(entrance.callerHeaders())
      .map(([name, value]) => ` -H '${name}: ${value}'`)
      .join('');
    output.text(`\n  API_URL=${colours.cyan(entrance.url)}\n`);
    output.text(colours.dim('  Try it:'));
    for (const line of exampleCalls(folder, headers)) output.text(`    ${line}`);
  }
  for (const { name, environment } of app.endpoints) {
    output.text(`\n${colours.dim(`  For the ${name}:`)}`);
    const exports = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
    output.text(`    export ${exports.join(' ')}`);
    const tableName = app.stack.outputs.table_name?.value;
    if (app.cloud === 'aws' && typeof tableName === 'string')
      output.text(`    aws dynamodb scan --table-name ${tableName}`);
  }
  output.text(
    `\n${table([
      [colours.dim('  See what happens:'), 'serverless-patterns logs --follow | traces'],
      [colours.dim('  Stop:'), 'Ctrl-C'],
    ])}`,
  );
}

/** Calls that a reader can paste. They are the same on every cloud. */
function exampleCalls(folder: PatternFolder, headers: string): string[] {
  if (folder.name !== '01-rest-api-backend') return [`curl $API_URL${headers}`];
  return [
    `curl -X POST "$API_URL/items"${headers} -H "Content-Type: application/json" -d '{"name": "Test Item", "price": 29.99}'`,
    `curl "$API_URL/items?limit=10"${headers}`,
  ];
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const hold = setInterval(() => undefined, 1 << 30);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(hold);
        resolve();
      });
    }
  });
}

const settleMs = 150;

function watchSources(folder: PatternFolder, onChange: () => void): FSWatcher[] {
  let timer: NodeJS.Timeout | undefined;
  const directories = [
    folder.directory,
    ...['src/middleware', 'src/modules', 'configs'].map((name) => path.join(projectRoot, name)),
  ];
  return directories.map((directory) =>
    watch(directory, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, settleMs);
    }),
  );
}

/** Settles at the next change of the pattern's sources. */
async function changed(folder: PatternFolder): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  const watchers = watchSources(folder, waiting.resolve);
  await waiting.promise;
  for (const watcher of watchers) watcher.close();
}
