import { existsSync, type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import colours from 'picocolors';
import { findPattern, type PatternFolder, patternFolders, readPattern } from '../../catalog/catalog.ts';
import { curlCommand } from '../../catalog/curl.ts';
import { shellWord } from '../../catalog/shell-words.ts';
import { templateAt } from '../../cloudformation/find-template.ts';
import { realClock } from '../../local/engine/clock.ts';
import { FaultPlan, type FaultRates } from '../../local/engine/fault-plan.ts';
import { ExchangeableFaults } from '../../local/engine/faults.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import { projectRoot } from '../../package/project.ts';
import { explain } from '../explain.ts';
import { type Output, table } from '../output.ts';
import { publishRunningApp } from '../running-apps.ts';
import { targetsOf } from '../send-target.ts';
import { showTimeline } from '../timeline-lines.ts';

export interface RunSettings {
  cloud: Cloud;
  port: number;
  watch: boolean;
  verbose: boolean;
  variables: Record<string, string>;
  /** What is made to go wrong while it runs. */
  faults?: { rates: FaultRates; seed: number };
}

/** What to run: a pattern of the catalogue, or a Terraform root or a template anywhere. */
interface Target {
  name: string;
  /** The Terraform root, or the template. */
  directory: string;
  pattern?: PatternFolder;
}

/** `serverless-patterns run <pattern, directory or template>`: runs until it is interrupted. */
export async function run(output: Output, query: string, settings: RunSettings): Promise<number> {
  const interruption = interrupted();
  const target = targetOf(query, settings.cloud);
  let app = await start(output, target, settings, settings.port);
  let control = await publishRunningApp(app, target.name);
  await announce(output, target, app);

  let restarting: Promise<void> | undefined;
  const restart = () => {
    restarting ??= (async () => {
      output.progress('Something changed; starting again, with empty stores');
      for (const watcher of watchers) watcher.close();
      const port = Number(new URL(app.entrances[0]?.url ?? 'http://127.0.0.1:0').port);
      control.close();
      await app.close();
      app = await startOnceItWorks(output, target, settings, port);
      control = await publishRunningApp(app, target.name);
      // Editors replace a file by renaming a new one over it, which ends the watch on the old one.
      watchers = watchSources(target, restart);
      output.progress(`Running again at ${app.entrances[0]?.url}`);
      restarting = undefined;
    })();
  };
  let watchers = settings.watch ? watchSources(target, restart) : [];

  await interruption;
  output.progress('Stopping');
  for (const watcher of watchers) watcher.close();
  await restarting;
  control.close();
  await app.close();
  return 0;
}

function targetOf(query: string, cloud: Cloud): Target {
  const directory = path.resolve(query);
  const template = /[./\\]/.test(query) ? templateAt(directory) : undefined;
  if (template !== undefined) {
    const folder = path.dirname(template);
    const own = patternFolders().find((each) => path.join(each.directory, 'aws') === folder);
    return { name: own?.name ?? path.basename(folder), directory: template, ...(own && { pattern: own }) };
  }
  const isRoot =
    existsSync(directory) &&
    /[./\\]/.test(query) &&
    statSync(directory).isDirectory() &&
    readdirSync(directory).some((name) => name.endsWith('.tf'));
  if (isRoot) return { name: path.basename(directory), directory };
  const pattern = findPattern(query);
  return { name: pattern.name, directory: path.join(pattern.directory, cloud), pattern };
}

async function start(
  output: Output,
  target: Target,
  settings: RunSettings,
  port: number,
): Promise<LocalCloud> {
  if (target.pattern) {
    const { built } = await buildPackage(target.pattern.name, settings.cloud);
    if (built) output.progress(`Built the function package for ${settings.cloud}`);
  }
  const faults = new ExchangeableFaults();
  const app = await startLocalCloud({
    faults,
    cloud: settings.cloud,
    directory: target.directory,
    variables: settings.variables,
    port,
    warn: (text) => output.warn(text),
  });
  const { timeline } = app.course;
  if (settings.faults) faults.current = new FaultPlan({ ...settings.faults, clock: realClock, timeline });
  if (!output.json)
    showTimeline(
      timeline,
      (line) => output.progress(line),
      () => performance.now(),
    );
  if (settings.verbose) {
    app.logs.onAppend((entry) => output.progress(`${entry.group}  ${entry.message.trimEnd()}`));
  }
  return app;
}

/** Tries again at every change of the sources until they can be run. */
async function startOnceItWorks(
  output: Output,
  target: Target,
  settings: RunSettings,
  port: number,
): Promise<LocalCloud> {
  for (;;) {
    try {
      return await start(output, target, settings, port);
    } catch (error) {
      output.warn(explain(error));
      const changed = Promise.withResolvers<void>();
      const watchers = watchSources(target, changed.resolve);
      await changed.promise;
      for (const watcher of watchers) watcher.close();
    }
  }
}

async function announce(output: Output, target: Target, app: LocalCloud): Promise<void> {
  const calls = target.pattern
    ? (await readPattern(target.pattern)).calls
    : [{ method: 'GET' as const, path: '/' }];
  const root = path.relative(projectRoot, app.stack.rootDirectory);
  const source = target.directory === app.stack.rootDirectory ? '*.tf' : path.basename(target.directory);
  output.result({
    name: target.name,
    cloud: app.cloud,
    entrances: app.entrances.map(({ callerHeaders, ...entrance }) => ({
      ...entrance,
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
  const resources = `${app.stack.resources.length} resources`;
  output.text(
    `${colours.green('●')} ${colours.bold(target.name)} on ${app.cloud}, from ${root}/${source} (${resources})`,
  );
  for (const [index, entrance] of app.entrances.entries()) {
    const variable = index === 0 ? 'API_URL' : `API_URL_${index + 1}`;
    output.text(`\n  ${variable}=${colours.cyan(entrance.url)}`);
    if (index > 0) continue;
    output.text(colours.dim('\n  Try it:'));
    for (const call of calls) {
      output.text(`    ${curlCommand(call, `$${variable}`, entrance.callerHeaders())}`);
    }
  }
  for (const { name, environment } of app.endpoints) {
    output.text(`\n${colours.dim(`  For the ${name}:`)}`);
    const settings = Object.entries(environment).map(
      ([variable, value]) => `${variable}=${shellWord(value)}`,
    );
    output.text(`    export ${settings.join(' ')}`);
    const tableName = app.stack.outputs.table_name?.value;
    if (app.cloud === 'aws' && typeof tableName === 'string') {
      output.text(`    aws dynamodb scan --table-name ${tableName}`);
    }
  }
  const [receiver] = targetsOf(app).filter(
    ({ outputs }) => outputs.length > 0 && !outputs[0]?.includes('dead'),
  );
  const hints = table([
    ...(receiver
      ? [
          [
            '  Put something in:',
            `serverless-patterns send ${receiver.outputs[0]} ${receiver.kind === 'bucket' ? '@file' : "'…'"}`,
          ],
        ]
      : []),
    ['  See what happens:', 'serverless-patterns logs --follow, serverless-patterns traces'],
    ['  Stop:', 'Ctrl-C'],
  ]);
  output.text(`\n${colours.dim(hints)}`);
}

/** The same Ctrl-C can arrive several times: from the terminal, and again from npm. */
const sameSignalMs = 1000;

/**
 * Settles at the first signal that asks to stop, also while the run is still starting. A second one, from a user whose
 * patience has ended, ends the process at once; its instances end with it.
 */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = () => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > sameSignalMs) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

/** Editors write a file in several steps; this long without a further one, and the change is complete. */
const settleMs = 150;

const folderOf = (rootOrTemplate: string) =>
  statSync(rootOrTemplate).isDirectory() ? rootOrTemplate : path.dirname(rootOrTemplate);

function watchSources(target: Target, onChange: () => void): FSWatcher[] {
  let timer: NodeJS.Timeout | undefined;
  const shared = target.pattern ? ['src/middleware', 'src/modules', 'configs'] : [];
  const directories = [
    target.pattern?.directory ?? folderOf(target.directory),
    ...shared.map((name) => path.join(projectRoot, name)),
  ];
  return directories.map((directory) =>
    watch(directory, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, settleMs);
    }),
  );
}
