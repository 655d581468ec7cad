import { amount, charged, defineService, use } from '../service.ts';

/** BigQuery on demand. */
export const bigquery = defineService({
  cloud: 'gcp',
  service: 'bigquery',
  title: 'BigQuery',
  page: 'https://cloud.google.com/bigquery/pricing',
  inputs: {
    streamedRows: amount('rows', 'rows written by streaming inserts'),
    streamedRowKb: amount('KB', 'average size of a row, at least 1 KB', { default: 1 }),
    storageWriteGib: charged(
      'storage_write_api',
      'Storage Write API',
      'GiB',
      'data written by the Storage Write API',
    ),
    queriedTib: charged('query_ondemand', 'Queries', 'TiB', 'data scanned by queries'),
    activeStorageGib: charged('active_storage', 'Active storage', 'GiB', 'average active logical storage'),
  },
  usages: ({ streamedRows, streamedRowKb }) => [
    use('Streaming inserts', 'streaming_insert', streamedRows.times(streamedRowKb.max(1)).dividedBy(1024)),
  ],
});
