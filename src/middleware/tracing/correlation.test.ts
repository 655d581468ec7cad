import { expect, test } from 'vitest';
import {
  carriedAttributes,
  carriedCorrelation,
  currentCorrelation,
  currentTraceparent,
  withCorrelation,
} from './correlation.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const trace = { traceId, spanId: 'b7ad6b7169203331', sampled: true };

test('what is sent carries on what was received, also across awaits and beside other work', async () => {
  const sent = await Promise.all(
    ['a', 'b'].map((correlationId) =>
      withCorrelation({ correlationId, trace }, async () => {
        await Promise.resolve();
        return carriedAttributes();
      }),
    ),
  );
  expect(sent.map((attributes) => attributes.correlationId)).toEqual(['a', 'b']);
  expect(carriedCorrelation(sent[0] ?? {}, 'none')).toEqual({ correlationId: 'a', trace });
});

test('outside of any work nothing is carried', () => {
  expect(currentCorrelation()).toBeUndefined();
  expect(carriedAttributes()).toEqual({});
});

test('a trace without a position in it gives no traceparent', () => {
  const rootOnly = { ...trace, spanId: '0'.repeat(16) };
  withCorrelation({ correlationId: 'a', trace: rootOnly }, () => {
    expect(currentTraceparent()).toBeUndefined();
    expect(carriedAttributes()).toEqual({ correlationId: 'a' });
  });
});

test("the platform's header serves when there is no traceparent", () => {
  expect(carriedCorrelation({}, 'm', trace)).toEqual({ correlationId: 'm', trace });
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`;
  expect(carriedCorrelation({ traceparent }, 'm', trace).trace?.traceId).toBe('1'.repeat(32));
});
