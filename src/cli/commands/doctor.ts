import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import colours from 'picocolors';
import { cacheDirectory } from '../../package/project.ts';
import type { Output } from '../output.ts';
import { runningApps } from '../running-apps.ts';

interface Check {
  name: string;
  /** `missing` is no fault: something is skipped without it. */
  state: 'ok' | 'missing' | 'fault';
  detail: string;
}

/** `serverless-patterns doctor` */
export async function doctor(output: Output): Promise<number> {
  const checks: Check[] = [
    nodeVersion(),
    cacheFolder(),
    diskSpace(),
    program('terraform', ['version'], 'comparing our evaluation with Terraform itself'),
    program('aws', ['--version'], 'the tests with the AWS CLI'),
    program('moto_server', ['--version'], 'comparing DynamoDB, SQS, S3, SNS and EventBridge with moto'),
    program('azurite', ['--version'], 'comparing Azure Storage with Azurite', [azuriteInCache]),
    program('gcloud', ['--version'], 'comparing Firestore and Pub/Sub with their emulators'),
    program('java', ['-version'], 'comparing Firestore and Pub/Sub with their emulators'),
    {
      name: 'running patterns',
      state: 'ok',
      detail:
        runningApps()
          .map(({ pattern, cloud, pid }) => `${pattern} on ${cloud} (pid ${pid})`)
          .join(', ') || 'none',
    },
  ];
  output.result(checks);
  const marks = { ok: colours.green('✓'), missing: colours.yellow('-'), fault: colours.red('✗') };
  for (const { name, state, detail } of checks) output.text(`${marks[state]} ${name}: ${detail}`);
  return checks.some((check) => check.state === 'fault') ? 1 : 0;
}

function nodeVersion(): Check {
  const major = Number(process.versions.node.split('.', 1)[0]);
  const name = 'Node';
  if (major >= 24) return { name, state: 'ok', detail: `${process.version} (${process.execPath})` };
  return {
    name,
    state: 'fault',
    detail: `${process.version}; 24 is needed. Use "npm start", or run "npm ci" again.`,
  };
}

function cacheFolder(): Check {
  const name = 'cache folder';
  try {
    mkdirSync(cacheDirectory, { recursive: true });
    accessSync(cacheDirectory, constants.W_OK);
    return { name, state: 'ok', detail: cacheDirectory };
  } catch (error) {
    return { name, state: 'fault', detail: `${(error as Error).message}; make it writable` };
  }
}

const neededBytes = 200 * 1024 * 1024;

function diskSpace(): Check {
  const { bavail, bsize } = statfsSync(cacheDirectory);
  const freeBytes = bavail * bsize;
  const detail = `${Math.floor(freeBytes / 1024 / 1024)} MB free`;
  if (freeBytes > neededBytes) return { name: 'disk', state: 'ok', detail };
  return { name: 'disk', state: 'fault', detail: `${detail}; packages and compiled code need about 200 MB` };
}

/** `npm install --prefix .cache/bench-peers/azurite azurite`, or the benchmarks with `--peers`, put it there. */
const azuriteInCache = path.join(cacheDirectory, 'bench-peers/azurite/node_modules/.bin/azurite');

/** @param elsewhere where it may be when it is not on the PATH */
function program(name: string, words: string[], purpose: string, elsewhere: string[] = []): Check {
  for (const command of [name, ...elsewhere]) {
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 20_000 });
    if (status === 0) return { name, state: 'ok', detail: (stdout || stderr).split('\n', 1)[0] ?? '' };
  }
  return { name, state: 'missing', detail: `not installed; without it, ${purpose} is skipped` };
}
