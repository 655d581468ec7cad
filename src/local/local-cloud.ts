import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { templateAt } from '../cloudformation/find-template.ts';
import type { Cloud } from '../package/clouds.ts';
import { cacheDirectory, projectRoot } from '../package/project.ts';
import type { Stack } from '../terraform/stack.ts';
import { Activity } from './engine/activity.ts';
import { type Clock, fastForwardClock, realClock, type VirtualClock } from './engine/clock.ts';
import { contentHash } from './engine/content-hash.ts';
import type { Course } from './engine/course.ts';
import { type Faults, noFaults } from './engine/faults.ts';
import { LogStore } from './engine/log-store.ts';
import { Meter } from './engine/meter.ts';
import { MetricStore } from './engine/metric-store.ts';
import { skipPauses } from './engine/pauses.ts';
import { Processes } from './engine/processes.ts';
import { seededRandom } from './engine/random.ts';
import { Timeline } from './engine/timeline.ts';
import { TraceStore } from './engine/trace-store.ts';
import { startWireServer, type WireServer } from './engine/wire-server.ts';
import type { CloudVendor, Endpoint, RunningCloud, Surroundings } from './running-cloud.ts';
import { cachedStack } from './stack-cache.ts';
import { vendors } from './vendors.ts';

export interface LocalCloudOptions {
  cloud: Cloud;
  /** Folder with the Terraform root; or a template of CloudFormation or SAM, or a folder with one and no Terraform. */
  directory: string;
  /** Terraform variables or parameters of the template; they win over those that a local run fills in by itself. */
  variables?: Record<string, unknown>;
  /** Port of the first HTTP entrance; further ones take the ports after it. 0 for any free ones. */
  port?: number;
  /** Runs in virtual time instead of the machine's. */
  virtualClock?: VirtualClock;
  /** In virtual time: skips the pauses in which all functions that run only wait for timers of their own. */
  skipsPauses?: boolean;
  seed?: number;
  /** What is made to go wrong; nothing by default. */
  faults?: Faults;
  warn?(text: string): void;
}

/** A public HTTP entrance on this machine. */
export interface LocalEntrance {
  name: string;
  url: string;
  cloudUrl: string;
  callerHeaders(): Record<string, string>;
}

/** A stack that runs on this machine. */
export interface LocalCloud {
  cloud: Cloud;
  stack: Stack;
  entrances: LocalEntrance[];
  endpoints: Endpoint[];
  meter: Meter;
  logs: LogStore;
  metrics: MetricStore;
  traces: TraceStore;
  course: Course;
  access: RunningCloud['access'];
  unusedGrants: RunningCloud['unusedGrants'];
  /** Moves virtual time forward, here and in every instance. @throws Error when the run is in real time */
  advance(durationMs: number): void;
  /** Ends every process and removes what the run has left. */
  close(): Promise<void>;
}

/** Above the highest limit of a cloud's entrance (Azure Functions: 100 MB), which answers by itself what is too large. */
const maximumBodyBytes = 128 * 1024 * 1024;

/**
 * Evaluates a Terraform root, or a template, and runs what it describes.
 *
 * @throws TerraformError for a configuration that Terraform would refuse, TemplateError for such a template,
 * ConfigurationError for one that cannot be
 * realised here, PortInUseError
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const vendor = await vendors[options.cloud]();
  const stack = await loadStack(options, vendor);
  const processTime = options.virtualClock && options.skipsPauses ? fastForwardClock() : undefined;
  const surroundings = createSurroundings(options, processTime ?? realClock);
  const { processes, course } = surroundings;
  const endSkipping =
    options.virtualClock &&
    processTime &&
    skipPauses({ clocks: [processTime, options.virtualClock], processes, activity: course.activity });
  const servers: WireServer[] = [];
  let running: RunningCloud | undefined;
  const close = async () => {
    endSkipping?.();
    await Promise.all(servers.map((server) => server.close()));
    await running?.close();
    processes.close();
    rmSync(surroundings.runDirectory, { recursive: true, force: true });
  };
  try {
    running = await vendor.start(stack, surroundings);
    const entrances: LocalEntrance[] = [];
    for (const [index, entrance] of running.entrances.entries()) {
      const server = await startWireServer({
        plainPort: options.port ? options.port + index : 0,
        maximumBodyBytes,
        route: () => entrance.handle,
        onError: (error, request) =>
          surroundings.warn(
            `${request.method} ${request.path} at ${entrance.name}: ${(error as Error).stack}`,
          ),
      });
      servers.push(server);
      entrances.push({
        name: entrance.name,
        url: `http://127.0.0.1:${server.plainPort}`,
        cloudUrl: entrance.cloudUrl,
        callerHeaders: entrance.callerHeaders,
      });
    }
    const { meter, logs, metrics, traces } = surroundings;
    const { endpoints, access } = running;
    const { unusedGrants } = running;
    return {
      cloud: options.cloud,
      stack,
      entrances,
      endpoints,
      meter,
      logs,
      metrics,
      traces,
      course,
      access,
      unusedGrants,
      advance(durationMs) {
        if (!options.virtualClock) throw new Error('only a run in virtual time can be advanced');
        options.virtualClock.advance(durationMs);
        processes.tellTime();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A stack of the project, run with the default variables, is kept between runs. One with the user's own variables may
 * hold secrets and is not.
 */
async function loadStack(options: LocalCloudOptions, vendor: CloudVendor): Promise<Stack> {
  const { directory, variables = {} } = options;
  const template = templateAt(directory);
  const evaluate = async () => {
    if (template !== undefined) return fromTemplate(template, options, vendor);
    const { evaluateStack } = await import('../terraform/index.ts');
    return evaluateStack(directory, {
      variables: { ...vendor.defaultVariables, ...variables },
      provider: vendor.provider,
    });
  };
  const name = path.relative(projectRoot, path.resolve(directory));
  if (Object.keys(variables).length > 0 || name.startsWith('..') || path.isAbsolute(name)) return evaluate();
  return cachedStack(path.join(cacheDirectory, 'stacks', `${name.replaceAll(path.sep, '_')}.json`), evaluate);
}

async function fromTemplate(
  template: string,
  { cloud, variables = {} }: LocalCloudOptions,
  { defaultVariables, provider }: CloudVendor,
): Promise<Stack> {
  const { evaluateTemplate, TemplateError } = await import('../cloudformation/index.ts');
  if (cloud !== 'aws')
    throw new TemplateError(`${template} is for AWS: templates describe no other cloud. Choose --cloud aws.`);
  const inlineCodeDirectory = path.join(cacheDirectory, 'inline-code');
  return evaluateTemplate(template, { variables, defaultVariables, provider, inlineCodeDirectory });
}

function createSurroundings(options: LocalCloudOptions, wallClock: Clock): Surroundings {
  mkdirSync(cacheDirectory, { recursive: true });
  return {
    clock: options.virtualClock ?? realClock,
    wallClock,
    virtualTime: options.virtualClock !== undefined,
    random: seededRandom(options.seed ?? Date.now()),
    meter: new Meter(),
    logs: new LogStore(),
    metrics: new MetricStore(),
    traces: new TraceStore(),
    course: { faults: options.faults ?? noFaults, timeline: new Timeline(), activity: new Activity() },
    processes: new Processes(),
    runDirectory: mkdtempSync(path.join(os.tmpdir(), 'serverless-patterns-')),
    cacheDirectory,
    async unpack(archiveFile) {
      if (statSync(archiveFile, { throwIfNoEntry: false })?.isDirectory()) return archiveFile;
      const directory = path.join(cacheDirectory, 'functions', contentHash(archiveFile));
      if (existsSync(directory)) return directory;
      const { unpackOnce } = await import('../package/zip.ts');
      await unpackOnce(archiveFile, directory);
      return directory;
    },
    warn: options.warn ?? (() => undefined),
  };
}
