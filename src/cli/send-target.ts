import * as z from 'zod';
import type { LocalCloud } from '../local/local-cloud.ts';
import type { Bucket, Channel } from '../local/stack-access.ts';

/** What `send` asks of a running pattern, beside the body. */
export const SendInput = z.object({
  /** Name of a Terraform output, or any form of the name of a queue, topic, bus or bucket. */
  target: z.string(),
  attributes: z.record(z.string(), z.string()).default({}),
  group: z.string().optional(),
  deduplicationId: z.string().optional(),
  delayMs: z.number().min(0).optional(),
  /** How many times; each is a message of its own. */
  count: z.int().min(1).default(1),
  /** Of an object in a bucket. */
  key: z.string().optional(),
  contentType: z.string().optional(),
});
export type SendInput = z.input<typeof SendInput>;

export interface Sent {
  kind: Channel['kind'] | 'object';
  name: string;
  /** Message ids, or the object's key. */
  ids: string[];
}

export interface Target {
  kind: Channel['kind'] | 'bucket';
  name: string;
  /** Terraform outputs that name it. */
  outputs: string[];
}

/** Everything in the stack that takes messages or objects. */
export function targetsOf(app: LocalCloud): Target[] {
  const outputsOf = ({ name, aliases }: Channel | Bucket, kind: Target['kind']) => {
    const outputs = Object.entries(app.stack.outputs)
      .filter(([, { value }]) => typeof value === 'string' && (value === name || aliases.includes(value)))
      .map(([output]) => output);
    // A table or function may have the same name; who sends to the queue wants the output that says queue.
    const ofKind = outputs.filter((output) => output.includes(kind));
    return ofKind.length > 0 ? ofKind : outputs;
  };
  return [
    ...app.access.channels.map((channel) => ({ channel, kind: channel.kind })),
    ...app.access.buckets.map((channel) => ({ channel, kind: 'bucket' as const })),
  ].map(({ channel, kind }) => ({ kind, name: channel.name, outputs: outputsOf(channel, kind) }));
}

/** Puts a message or an object into the running stack. @throws Error that names what there is, or the vendor's refusal */
export async function sendTo(app: LocalCloud, given: unknown, body: Buffer): Promise<Sent> {
  const input = SendInput.parse(given);
  const output = app.stack.outputs[input.target]?.value;
  const name = typeof output === 'string' ? output : input.target;
  const isNamed = (one: Channel | Bucket) => one.name === name || one.aliases.includes(name);
  const channel = app.access.channels.find(isNamed);
  if (channel) return sendMessages(channel, input, body);
  const bucket = app.access.buckets.find(isNamed);
  if (bucket) {
    if (input.key === undefined)
      throw new Error(`${bucket.name} holds objects: give the object a name with --key.`);
    await bucket.put(input.key, body, {
      ...(input.contentType !== undefined && { contentType: input.contentType }),
    });
    return { kind: 'object', name: bucket.name, ids: [input.key] };
  }
  const names = targetsOf(app).map((target) => target.outputs[0] ?? target.name);
  throw new Error(
    names.length === 0
      ? 'The running stack has nothing that takes messages or objects.'
      : `The running stack has no '${input.target}'. It has: ${names.join(', ')}.`,
  );
}

async function sendMessages(
  channel: Channel,
  input: z.output<typeof SendInput>,
  body: Buffer,
): Promise<Sent> {
  const { attributes, group, deduplicationId, delayMs } = input;
  const ids: string[] = [];
  for (let sent = 0; sent < input.count; sent++) {
    const { id } = await channel.send({
      body: body.toString(),
      attributes,
      ...(group !== undefined && { group }),
      ...(deduplicationId !== undefined && { deduplicationId }),
      ...(delayMs !== undefined && { delayMs }),
    });
    ids.push(id);
  }
  return { kind: channel.kind, name: channel.name, ids };
}
