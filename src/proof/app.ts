import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VirtualClock } from '../local/engine/clock.ts';
import type { Faults } from '../local/engine/faults.ts';
import type { Random } from '../local/engine/random.ts';
import type { LocalCloud } from '../local/local-cloud.ts';
import { type Channel, find } from '../local/stack-access.ts';
import type { App } from '../patterns/scenario.ts';

export interface AppOptions {
  clock: VirtualClock;
  /** Where a scenario's own input comes from. */
  random: Random;
  /** Asked for poison at the entrances; nothing else here goes wrong. */
  faults: Faults;
  step: App['step'];
}

/** What input that nobody can process looks like; every platform takes it, so no characters that SQS refuses. */
const poisonBodies = ['{"unfinished": ', '\ufffd\u0080 not json', '[]', '{}', 'null'];

/** A settled stack has come to rest within this time, or never will. */
const simulatedLimitMs = 24 * 3_600_000;
const realLimitMs = 120_000;
/** Long enough for what a timer has set off to begin. */
const stepPauseMs = 1;
const retryPauseMs = 25;
const attemptsOfClient = 60;

/** What was sent on purpose that no handler can process, and where. */
export interface Poison {
  channel: string;
  id: string;
  body: string;
}

/** The scenario's view of a stack that runs in time which can be skipped. */
export function createApp(local: LocalCloud, options: AppOptions): App & { poisons: Poison[] } {
  const { clock, random, faults, step } = options;
  const poisons: Poison[] = [];
  const [entrance] = local.entrances;

  const output = (name: string): string => {
    const value = local.stack.outputs[name]?.value;
    if (typeof value === 'string') return value;
    const names = Object.keys(local.stack.outputs).sort().join(', ');
    throw new Error(`The stack has no output '${name}' that is a text. It has: ${names}.`);
  };
  const channel = (name: string): Channel => find('queue or topic', local.access.channels, output(name));
  const call: App['fetch'] = (pathAndQuery, init) => {
    if (!entrance) throw new Error('The stack has no HTTP entrance.');
    const headers = { ...entrance.callerHeaders(), ...Object.fromEntries(new Headers(init?.headers)) };
    return fetch(`${entrance.url}${pathAndQuery}`, { ...init, headers });
  };

  return {
    cloud: local.cloud,
    random,
    poisons,
    fetch: call,
    async fetchUntilAnswered(path, init) {
      for (let attempt = 1; ; attempt++) {
        const response = await call(path, init).catch((error: unknown) => error);
        const refused = !(response instanceof Response) || response.status >= 500 || response.status === 429;
        if (!refused) return response;
        await (response instanceof Response ? response.arrayBuffer().catch(() => undefined) : undefined);
        if (attempt === attemptsOfClient) {
          const last = response instanceof Response ? `status ${response.status}` : String(response);
          throw new Error(
            `${init?.method ?? 'GET'} ${path} was refused ${attempt} times, at last with ${last}.`,
          );
        }
        await sleep(retryPauseMs * Math.min(attempt, 10));
      }
    },
    output,
    channel(name) {
      const found = channel(name);
      const send: Channel['send'] = async (message) => {
        if (faults.strikes('poison', found.name)) {
          const body = poisonBodies[random.below(poisonBodies.length)] ?? '';
          const { id } = await found.send({ ...message, body, deduplicationId: random.uuid() });
          poisons.push({ channel: found.name, id, body });
        }
        return found.send(message);
      };
      return Object.assign(Object.create(found) as Channel, { send });
    },
    deadLetters(name) {
      const messages = channel(name).peek?.();
      if (!messages) throw new Error(`${output(name)} stores no messages.`);
      return messages;
    },
    bucket: (name) => find('bucket', local.access.buckets, output(name)),
    table: (name) => local.access.table(output(name)),
    documents: (name) => local.access.table(output(name)).documents(),
    advance: (durationMs) => local.advance(durationMs),
    settled: () => settle(local, clock),
    async eventually(check, withinMs = 10_000) {
      const untilMs = performance.now() + withinMs;
      for (;;) {
        try {
          await check();
          return;
        } catch (error) {
          if (performance.now() > untilMs) throw error;
          await sleep(10);
        }
      }
    },
    step,
  };
}

async function settle(local: LocalCloud, clock: VirtualClock): Promise<void> {
  const { activity } = local.course;
  const untilMs = clock.now() + simulatedLimitMs;
  const realUntilMs = performance.now() + realLimitMs;
  for (let quietTurns = 0; quietTurns < 3; ) {
    await sleep(stepPauseMs);
    if (activity.running > 0) quietTurns = 0;
    else if (activity.waiting === 0) quietTurns++;
    else {
      quietTurns = 0;
      const dueMs = clock.nextDueMs();
      if (dueMs === undefined || clock.now() > untilMs) throw notSettled(local, 'within a simulated day');
      clock.advance(Math.max(0, dueMs - clock.now()));
    }
    if (performance.now() > realUntilMs) throw notSettled(local, `in ${realLimitMs / 1000} s`);
  }
}

function notSettled(local: LocalCloud, limit: string): Error {
  const held = local.access.channels
    .map((channel) => ({ name: channel.name, count: channel.peek?.().length ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} holds ${count}`);
  const { running, waiting } = local.course.activity;
  return new Error(
    `The stack did not come to rest ${limit}: ${running} running, ${waiting} waiting${held.length > 0 ? `; ${held.join(', ')}` : ''}.`,
  );
}

/** @throws AssertionError for poison that has vanished: it must stand in some queue, as it was sent */
export function assertPoisonIsKept(local: LocalCloud, poisons: readonly Poison[]): void {
  const kept = local.access.channels.flatMap((channel) => channel.peek?.() ?? []).map(({ body }) => body);
  for (const { channel, id, body } of poisons) {
    assert.ok(
      kept.some((text) => text.includes(body) || text.includes(JSON.stringify(body).slice(1, -1))),
      `A message that nobody can process (${JSON.stringify(body)}, ${id}, sent to ${channel}) stands in no dead-letter queue.`,
    );
  }
}
