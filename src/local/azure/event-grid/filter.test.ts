import { describe, expect, it } from 'vitest';
import { type AdvancedFilter, type EventFilter, passes } from './filter.ts';
import type { GridEvent } from './grid-event.ts';

const event: GridEvent = {
  id: '1',
  topic: '/subscriptions/sub',
  subject: '/blobServices/default/containers/uploads/blobs/In/Report.CSV',
  eventType: 'Microsoft.Storage.BlobCreated',
  eventTime: '2026-11-28T00:00:00.0000000Z',
  dataVersion: '',
  data: { api: 'PutBlob', contentLength: 100, urgent: true, tags: ['red', 'blue'], nested: { kind: null } },
};

const filtered = (filter: Partial<EventFilter>) =>
  passes(event, { advanced: [], onArrays: false, ...filter });
const advanced = (condition: AdvancedFilter, onArrays = false) =>
  filtered({ advanced: [condition], onArrays });

describe('a subscription gets', () => {
  it('the types that it names', () => {
    expect(filtered({ eventTypes: ['Microsoft.Storage.BlobCreated'] })).toBe(true);
    expect(filtered({ eventTypes: ['Microsoft.Storage.BlobDeleted'] })).toBe(false);
    expect(filtered({})).toBe(true);
  });

  it('subjects by their beginning and end, with case only when asked', () => {
    const subject = {
      beginsWith: '/blobservices/default/containers/UPLOADS/',
      endsWith: '.csv',
      caseSensitive: false,
    };
    expect(filtered({ subject })).toBe(true);
    expect(filtered({ subject: { ...subject, caseSensitive: true } })).toBe(false);
    expect(filtered({ subject: { ...subject, endsWith: '.txt' } })).toBe(false);
  });
});

describe('an advanced filter', () => {
  it.each<[string, Omit<AdvancedFilter, 'operator'>, boolean]>([
    ['string_in', { key: 'data.api', values: ['putblob', 'x'] }, true],
    ['string_not_in', { key: 'data.api', values: ['PutBlob'] }, false],
    ['string_begins_with', { key: 'subject', values: ['/blob'] }, true],
    ['string_ends_with', { key: 'Subject', values: ['.txt', '.csv'] }, true],
    ['string_not_ends_with', { key: 'subject', values: ['.txt', '.csv'] }, false],
    ['string_contains', { key: 'data.api', values: ['BLOB'] }, true],
    ['string_not_contains', { key: 'data.missing', values: ['x'] }, true],
    ['string_contains', { key: 'data.missing', values: ['x'] }, false],
    ['number_in', { key: 'data.contentLength', values: [1, 100] }, true],
    ['number_not_in', { key: 'data.contentLength', values: [1] }, true],
    ['number_greater_than', { key: 'data.contentLength', value: 100 }, false],
    ['number_greater_than_or_equals', { key: 'data.contentLength', value: 100 }, true],
    ['number_less_than', { key: 'data.contentLength', value: 101 }, true],
    ['number_less_than_or_equals', { key: 'data.contentLength', value: 99 }, false],
    [
      'number_in_range',
      {
        key: 'data.contentLength',
        values: [
          [1, 2],
          [50, 100],
        ],
      },
      true,
    ],
    ['number_not_in_range', { key: 'data.contentLength', values: [[50, 100]] }, false],
    ['bool_equals', { key: 'data.urgent', value: true }, true],
    ['bool_equals', { key: 'data.urgent', value: false }, false],
    ['is_not_null', { key: 'data.nested.kind' }, false],
    ['is_null_or_undefined', { key: 'data.nested.kind' }, true],
    ['is_null_or_undefined', { key: 'data.api' }, false],
  ])('%s %o: %s', (operator, condition, expected) => {
    expect(advanced({ operator, ...condition })).toBe(expected);
  });

  it('looks into arrays only where that is enabled', () => {
    const condition = { operator: 'string_in', key: 'data.tags', values: ['blue'] };
    expect(advanced(condition)).toBe(false);
    expect(advanced(condition, true)).toBe(true);
  });
});
