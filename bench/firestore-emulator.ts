import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { freePort, type ServerProcess, startProcess } from './server-process.ts';
import { whereIs } from './where-is.ts';

/** Why a machine has no Firestore emulator. */
export const noFirestoreEmulator = 'the Firestore emulator of the gcloud SDK or Java is not on this machine';

/** The emulator's archive, where the gcloud SDK has it and Java can run it. */
export function findFirestoreEmulator(): string | undefined {
  const gcloud = whereIs('gcloud');
  if (!gcloud || !whereIs('java')) return undefined;
  const sdk = path.dirname(path.dirname(realpathSync(gcloud)));
  const archive = path.join(sdk, 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar');
  return existsSync(archive) ? archive : undefined;
}

/** Starts the emulator without gcloud around it, which would start a second process, and does not wait for it. */
export async function startFirestoreEmulator(
  archive: string,
): Promise<{ process: ServerProcess; port: number }> {
  const port = await freePort();
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
  const words = ['-cp', archive, main, '--host=127.0.0.1', `--port=${port}`];
  return { process: startProcess({ name: 'Firestore emulator', command: 'java', arguments: words }), port };
}
