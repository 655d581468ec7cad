import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { cacheDirectory } from '../src/package/project.ts';
import type { Settings } from './benchmark.ts';

/**
 * Tools that do a part of the same work and come from the npm registry, pinned. Serverless Framework 3 is the last
 * that runs without an account.
 */
const packagesOf = {
  azurite: { azurite: '3.37.0' },
  dynalite: { dynalite: '4.0.0' },
  fauxqs: { fauxqs: '2.4.1' },
  s3rver: { s3rver: '3.7.1' },
  'serverless-offline': { serverless: '3.40.0', 'serverless-offline': '13.9.0' },
  'architect-sandbox': { '@architect/sandbox': '9.0.0' },
} as const satisfies Record<string, Record<string, string>>;

export type PeerName = keyof typeof packagesOf;

export type Peer =
  | {
      kind: 'installed';
      /** `dynalite 4.0.0` */
      title: string;
      /** Folder whose node_modules holds the peer. */
      directory: string;
    }
  | { kind: 'missing'; title: string; reason: string };

/** A peer under `.cache/bench-peers/`, installed there first when the settings allow it. */
export async function findPeer(name: PeerName, settings: Settings): Promise<Peer> {
  const packages: Record<string, string> = packagesOf[name];
  const title = `${name} ${Object.values(packages).at(-1)}`;
  const directory = path.join(cacheDirectory, 'bench-peers', name);
  const installed = () =>
    Object.entries(packages).every(([id, version]) => installedVersion(directory, id) === version);
  if (installed()) return { kind: 'installed', title, directory };
  if (!settings.installPeers) {
    return {
      kind: 'missing',
      title,
      reason: 'it is not installed (--peers installs it into .cache/bench-peers)',
    };
  }
  settings.progress(`Installing ${title} into ${path.relative(process.cwd(), directory)}`);
  await install(directory, packages);
  if (!installed()) throw new Error(`npm has not installed ${title} into ${directory}.`);
  return { kind: 'installed', title, directory };
}

const Manifest = z.object({ version: z.string() });

function installedVersion(directory: string, id: string): string | undefined {
  try {
    const text = readFileSync(path.join(directory, 'node_modules', id, 'package.json'), 'utf8');
    return Manifest.parse(JSON.parse(text)).version;
  } catch {
    return undefined;
  }
}

async function install(directory: string, packages: Record<string, string>): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const manifest = JSON.stringify({ private: true, dependencies: packages });
  writeFileSync(path.join(directory, 'package.json'), manifest);
  // No peer needs its install scripts to run.
  const words = [
    'install',
    '--prefix',
    directory,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = spawn('npm', words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const [exitCode] = await once(npm, 'exit');
  if (exitCode !== 0) throw new Error(`npm install in ${directory} ended with ${exitCode}.`);
}
