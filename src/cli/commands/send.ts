import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import colours from 'picocolors';
import { type Output, table } from '../output.ts';
import { askRunningApp } from '../running-apps.ts';
import type { SendInput, Sent, Target } from '../send-target.ts';

export interface SendSettings extends Omit<SendInput, 'target'> {
  target: string | undefined;
  /** The body, `@file`, or `-` for standard input. */
  body: string | undefined;
}

/** `serverless-patterns send [target] [body]` */
export async function send(output: Output, { target, body, ...options }: SendSettings): Promise<number> {
  if (target === undefined) return listTargets(output);
  const { bytes, fileName } = await readBody(body ?? '-');
  const key = options.key ?? fileName;
  const input: SendInput = { ...options, target, ...(key !== undefined && { key }) };
  const sent = await askRunningApp<Sent>(`/send?input=${encodeURIComponent(JSON.stringify(input))}`, bytes);
  output.result(sent);
  const what =
    sent.kind === 'object'
      ? `object ${sent.ids[0]}`
      : `${sent.ids.length === 1 ? `message ${sent.ids[0]}` : `${sent.ids.length} messages`}`;
  output.text(`${colours.green('✓')} ${what} is in ${sent.name}`.replace(/messages is/, 'messages are'));
  return 0;
}

async function listTargets(output: Output): Promise<number> {
  const targets = await askRunningApp<Target[]>('/targets');
  output.result(targets);
  if (targets.length === 0) output.text('The running stack has nothing that takes messages or objects.');
  else output.text(table(targets.map(({ kind, name, outputs }) => [kind, name, outputs.join(', ')])));
  return 0;
}

async function readBody(body: string): Promise<{ bytes: Buffer; fileName?: string }> {
  if (body === '-') return { bytes: await buffer(process.stdin) };
  if (!body.startsWith('@')) return { bytes: Buffer.from(body) };
  const file = body.slice(1);
  return { bytes: readFileSync(file), fileName: path.basename(file) };
}
