import { expect, test } from 'vitest';
import { formatTraceparent, formatXrayHeader, parseTraceparent, parseXrayHeader } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

test('a traceparent is read and written', () => {
  const header = `00-${traceId}-${spanId}-01`;
  expect(parseTraceparent(header)).toEqual({ traceId, spanId, sampled: true });
  expect(formatTraceparent({ traceId, spanId, sampled: true })).toBe(header);
  expect(parseTraceparent(`cc-${traceId}-${spanId}-00-what-the-future-holds`)?.sampled).toBe(false);
});

test.each([
  undefined,
  null,
  '',
  'x',
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
])('the traceparent %j is none', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('an X-Ray header is read and written', () => {
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const position = parseXrayHeader(header);
  expect(position && formatXrayHeader(position)).toBe(header);
  expect(
    parseXrayHeader('Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'),
  ).toEqual({
    traceId: '5759e988bd862e3fe1be46a994272793',
    spanId: '53995c3f42cd8ad8',
    sampled: true,
  });
  expect(parseXrayHeader('Self=1')).toBeUndefined();
});
