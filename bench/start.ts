// How long it takes from starting the command line to the first item: `node bench/start.ts [aws|azure|gcp] [runs]`.
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');
const body = JSON.stringify({ name: 'Test Item', price: 29.99 });

/** Milliseconds from the start of the process to the answer 201 of the first POST. */
export async function timeToFirstItem(cloud: string, port: number): Promise<number> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(root, 'src/cli/main.ts'), 'run', '01', '--cloud', cloud, '--port', String(port)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    for (;;) {
      const status = await post(port).catch(() => undefined);
      if (status === 201) return performance.now() - started;
      if (status !== undefined) throw new Error(`the first POST was answered with ${status}`);
      if (child.exitCode !== null) throw new Error(`the run ended with exit code ${child.exitCode}`);
      await sleep(1);
    }
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

function post(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        path: '/items',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        agent: false,
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

if (import.meta.main) {
  const [clouds = 'aws,azure,gcp', runs = '7'] = process.argv.slice(2);
  for (const cloud of clouds.split(',')) {
    const times: number[] = [];
    for (let index = 0; index < Number(runs) + 1; index++) times.push(await timeToFirstItem(cloud, 3977));
    // The first start fills the caches and does not count.
    const rest = times.slice(1).sort((a, b) => a - b);
    const median = rest[Math.floor(rest.length / 2)] ?? 0;
    console.log(
      `${cloud}: first item after ${median.toFixed(0)} ms (median of ${rest.length}; ${rest.map((ms) => ms.toFixed(0)).join(' ')}); first start ${times[0]?.toFixed(0)} ms`,
    );
  }
}
