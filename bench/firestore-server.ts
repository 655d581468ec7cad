/** A Firestore over plain gRPC in a process of its own. Tells its port and start time over IPC, and its CPU time when asked. */
const startedAtMs = performance.now();
const { createFirestore } = await import('../src/local/gcp/firestore/index.ts');
const { createGrpcServer } = await import('../src/local/gcp/grpc-server.ts');
const { realClock } = await import('../src/local/engine/clock.ts');
const { Meter } = await import('../src/local/engine/meter.ts');
const { seededRandom } = await import('../src/local/engine/random.ts');

const runtime = {
  projectId: 'demo',
  projectNumber: '1',
  region: 'us-central1',
  clock: realClock,
  meter: new Meter(),
  random: seededRandom(1),
  authenticate: () => undefined,
  isAllowed: () => true,
};
const firestore = createFirestore(runtime);
firestore.createDatabase({ name: 'projects/demo/databases/(default)' });
const server = createGrpcServer({ runtime, services: firestore.services, withoutToken: 'owner' });
const port = await server.listen(0);
process.send?.({ port, startMs: performance.now() - startedAtMs });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});
