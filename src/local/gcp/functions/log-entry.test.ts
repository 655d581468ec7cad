import { expect, it } from 'vitest';
import { parseLogLine } from './log-entry.ts';

it.each([
  ['plain text', 'hello', { severity: 'DEFAULT', payload: { kind: 'text', text: 'hello' } }],
  [
    'JSON with only a message',
    '{"severity":"warning","message":"careful"}',
    { severity: 'WARNING', payload: { kind: 'text', text: 'careful' } },
  ],
  [
    'JSON with more',
    '{"message":"m","order":7,"logging.googleapis.com/trace":"projects/p/traces/1","logging.googleapis.com/labels":{"a":"b"}}',
    {
      severity: 'DEFAULT',
      payload: { kind: 'json', fields: { message: 'm', order: 7 } },
      trace: 'projects/p/traces/1',
      labels: { a: 'b' },
    },
  ],
  ['broken JSON', '{"a":', { severity: 'DEFAULT', payload: { kind: 'text', text: '{"a":' } }],
])('reads %s as Cloud Run’s agent does', (_name, line, expected) => {
  expect(parseLogLine(line, 'stdout')).toEqual({ log: 'stdout', ...expected });
});
