/**
 * Sets and gets a second through the official SDK, ours beside Google's emulator: `node bench/firestore.ts [seconds]`.
 * Client and server are processes of their own. The emulator is measured where the gcloud SDK and Java are,
 * otherwise skipped with a line.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Firestore } from '@google-cloud/firestore';
import { z } from 'zod';

const concurrent = 10;
const documents = 1000;
const seconds = Number(process.argv[2] ?? 4);
const emulatorPort = 8965;

interface Server {
  port: number;
  /** CPU time that the server has used so far. */
  cpuMs(): Promise<number>;
  stop(): void;
}

async function startOurs(): Promise<Server> {
  const child = fork(fileURLToPath(new URL('./firestore-server.ts', import.meta.url)));
  const message = () => new Promise<unknown>((resolve) => child.once('message', resolve));
  const { port, startMs } = z.object({ port: z.number(), startMs: z.number() }).parse(await message());
  console.log(`ours       start    ${Math.round(startMs)} ms with imports`);
  return {
    port,
    async cpuMs() {
      const answer = message();
      child.send('cpu');
      return z.object({ cpuMicros: z.number() }).parse(await answer).cpuMicros / 1000;
    },
    stop: () => child.kill(),
  };
}

function emulatorJar(): string | undefined {
  try {
    const gcloud = execFileSync('which', ['gcloud'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('which', ['java'], { stdio: 'ignore' });
    const sdk = path.dirname(path.dirname(realpathSync(gcloud.trim())));
    const jar = path.join(sdk, 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar');
    return existsSync(jar) ? jar : undefined;
  } catch {
    return undefined;
  }
}

async function startEmulator(jar: string): Promise<Server> {
  const startedAtMs = performance.now();
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
  const child = spawn('java', ['-cp', jar, main, '--host=127.0.0.1', `--port=${emulatorPort}`]);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The emulator ended with code ${code}.`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => text.includes('now running') && resolve());
    }
  });
  console.log(`emulator   start    ${Math.round(performance.now() - startedAtMs)} ms`);
  return {
    port: emulatorPort,
    // Fields 14 and 15 of /proc/<pid>/stat: user and system time in hundredths of a second.
    async cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    stop: () => child.kill(),
  };
}

const contentOf = (index: number) => ({
  name: 'A test item with a name',
  price: 29.99,
  count: index,
  createdAt: new Date(1_714_564_800_000),
  tags: ['a', 'b'],
  stock: { berlin: 3, paris: 12 },
});

async function measure(run: (index: number) => Promise<unknown>, durationMs: number): Promise<number> {
  const endMs = performance.now() + durationMs;
  let done = 0;
  const loop = async () => {
    while (performance.now() < endMs) await run(done++);
  };
  await Promise.all(Array.from({ length: concurrent }, loop));
  return done;
}

async function bench(label: string, server: Server): Promise<void> {
  process.once('exit', server.stop);
  const db = new Firestore({
    projectId: 'demo',
    host: `127.0.0.1:${server.port}`,
    ssl: false,
    customHeaders: { Authorization: 'Bearer owner' },
  });
  const loads: Record<string, (index: number) => Promise<unknown>> = {
    set: (index) => db.doc(`items/item-${index % documents}`).set(contentOf(index)),
    get: (index) => db.doc(`items/item-${index % documents}`).get(),
    query: (index) =>
      db
        .collection('items')
        .where('count', '>=', index % documents)
        .orderBy('count')
        .limit(20)
        .get(),
  };
  for (const [operation, run] of Object.entries(loads)) {
    await measure(run, 2000);
    const cpuBeforeMs = await server.cpuMs();
    const done = await measure(run, seconds * 1000);
    const cpuMs = ((await server.cpuMs()) - cpuBeforeMs) / done;
    const rate = Math.round(done / seconds);
    console.log(
      `${label.padEnd(10)} ${operation.padEnd(8)} ${rate} a second, server CPU ${cpuMs.toFixed(3)} ms each`,
    );
  }
  await db.terminate();
  server.stop();
}

await bench('ours', await startOurs());
const jar = emulatorJar();
if (jar) await bench('emulator', await startEmulator(jar));
else console.log('emulator   skipped: the gcloud Firestore emulator or Java was not found');
process.exit();
