import { describe, expect, test } from 'vitest';
import { createLogger, type LogRecord } from '../logging/logger.ts';
import { json } from './answer.ts';
import { answerRequest } from './answer-request.ts';
import { parseJsonBody } from './body.ts';
import { correlationIdOf } from './correlation.ts';
import { idempotentRequest, idFromText, idOfRequest } from './idempotent-request.ts';
import { Problem } from './problem.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseJsonBody', () => {
  test('reads JSON in UTF-8, with or without a content type', () => {
    expect(parseJsonBody(bytes('{"name":"Żółć 🦊"}'), 'application/json; charset=utf-8')).toEqual({
      name: 'Żółć 🦊',
    });
    expect(parseJsonBody(bytes('[1]'), undefined)).toEqual([1]);
    expect(parseJsonBody(bytes('{}'), 'application/merge-patch+json')).toEqual({});
  });

  test.each([
    ['nothing', bytes(''), 'application/json', 400],
    ['half of an object', bytes('{"a":'), 'application/json', 400],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'application/json', 400],
    ['a form', bytes('a=1'), 'application/x-www-form-urlencoded', 415],
    ['more than the limit', bytes(`"${'x'.repeat(70_000)}"`), 'application/json', 413],
  ])('refuses %s', (_what, body, contentType, status) => {
    expect(() => parseJsonBody(body, contentType)).toThrow(expect.objectContaining({ status }));
  });
});

describe('answerRequest', () => {
  const isThrottling = (error: unknown) => error instanceof Error && error.message === 'throttled';
  const run = async (handle: () => Promise<ReturnType<typeof json>>) => {
    const records: LogRecord[] = [];
    const log = createLogger({ level: 'info', sink: (record) => records.push(record) });
    const answer = await answerRequest(
      log,
      { correlationId: 'c-1', fields: { route: 'GET /' }, isThrottling },
      handle,
    );
    return { answer, records };
  };

  test('adds the correlation id and logs the request with its fields', async () => {
    const { answer, records } = await run(async () => json(200, { ok: true }));
    expect(answer.headers['x-correlation-id']).toBe('c-1');
    expect(records).toEqual([
      {
        level: 'info',
        message: 'request',
        fields: expect.objectContaining({ correlationId: 'c-1', route: 'GET /', status: 200 }),
      },
    ]);
  });

  test('a Problem is what the caller sees, and no error of ours', async () => {
    const { answer, records } = await run(async () => {
      throw new Problem(409, 'Conflict', { detail: 'Somebody was faster.', headers: { 'retry-after': '1' } });
    });
    expect(answer).toMatchObject({
      status: 409,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
      body: {
        type: 'about:blank',
        title: 'Conflict',
        status: 409,
        detail: 'Somebody was faster.',
        correlationId: 'c-1',
      },
    });
    expect(records.map((record) => record.level)).toEqual(['info']);
  });

  test('a store that throttles makes it a 503 with Retry-After, and an error in the log', async () => {
    const { answer, records } = await run(async () => {
      throw new Error('throttled');
    });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(records[0]).toMatchObject({
      level: 'error',
      fields: { error: { cause: { message: 'throttled' } } },
    });
  });

  test('anything else is a 500 that tells the caller nothing and the log everything', async () => {
    const { answer, records } = await run(async () => {
      throw new Error('password=hunter2', { cause: new TypeError('inner') });
    });
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect(records[0]).toMatchObject({
      level: 'error',
      fields: { error: { message: 'password=hunter2', cause: { name: 'TypeError', message: 'inner' } } },
    });
  });
});

describe('correlationIdOf', () => {
  test.each([
    ['abc-1:2.3_4', 'abc-1:2.3_4'],
    [undefined, 'request-1'],
    ['', 'request-1'],
    ['with space', 'request-1'],
    ['x'.repeat(129), 'request-1'],
    ['a\nforged: header', 'request-1'],
  ])('%j becomes %j', (header, expected) => {
    expect(correlationIdOf(header, 'request-1')).toBe(expected);
  });
});

describe('idOfRequest', () => {
  test('is the same for the same key, and new without one', () => {
    const id = idOfRequest('key-1', () => 'new');
    expect(id).toBe(idOfRequest('key-1', () => 'other'));
    expect(id).not.toBe(idOfRequest('key-2', () => 'new'));
    expect(idOfRequest(undefined, () => 'new')).toBe('new');
  });

  test.each(['', ' ', 'schl\u00fcssel'])('refuses what is no key: %j', (key) => {
    expect(() => idOfRequest(key, () => 'new')).toThrow('visible ASCII');
  });
});

describe('idempotentRequest', () => {
  const never = { once: () => Promise.reject(new Error('not to be called')) };
  const replaying = {
    once: async <Result>(_call: unknown, work: () => Promise<Result>) => ({
      result: await work(),
      replayed: true,
    }),
  };

  test('without a key the work runs under a new id, past the store', async () => {
    const answer = await idempotentRequest(never, () => 'new')(undefined, {}, async (id) =>
      json(201, { id }),
    );
    expect(answer.body).toEqual({ id: 'new' });
  });

  test('with a key the id comes from key and payload, and a replay says so', async () => {
    const once = idempotentRequest(replaying, () => 'new');
    const first = await once('k', { a: 1, b: 2 }, async (id) => json(201, { id }));
    const again = await once('k', { b: 2, a: 1 }, async (id) => json(201, { id }));
    const other = await once('k', { a: 2 }, async (id) => json(201, { id }));
    expect(first.body).toEqual(again.body);
    expect(other.body).not.toEqual(first.body);
    expect(first.headers['idempotent-replayed']).toBe('true');
  });

  test.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    await expect(
      idempotentRequest(never, () => 'new')(key, {}, async () => json(201, {})),
    ).rejects.toMatchObject({ status: 400 });
  });

  test('idFromText gives version 8 UUIDs', () => {
    expect(idFromText('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idFromText('a')).not.toBe(idFromText('b'));
  });
});
