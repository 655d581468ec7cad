import { charged, defineService } from '../service.ts';

/** Azure Storage: hot blobs, queues, tables, all locally redundant. */
export const storage = defineService({
  cloud: 'azure',
  service: 'storage',
  title: 'Azure Storage',
  page: 'https://azure.microsoft.com/pricing/details/storage/blobs/',
  inputs: {
    blobGb: charged('blob_hot_lrs', 'Blobs', 'GB', 'average data in hot blobs'),
    blobWrites: charged('blob_hot_write', 'Blob writes', 'operations', 'write operations on hot blobs'),
    blobReads: charged('blob_hot_read', 'Blob reads', 'operations', 'read operations on hot blobs'),
    queueGb: charged('queue_lrs', 'Queues', 'GB', 'average data in queues'),
    queueClass1Operations: charged(
      'queue_class1_ops',
      'Queue operations, class 1',
      'operations',
      'operations of class 1, such as creating a queue or listing',
    ),
    queueClass2Operations: charged(
      'queue_class2_ops',
      'Queue operations, class 2',
      'operations',
      'operations of class 2: put, get, peek, delete, also polls that find nothing',
    ),
    tableGb: charged('table_lrs', 'Tables', 'GB', 'average data in tables'),
    tableOperations: charged('table_ops', 'Table operations', 'operations', 'operations on tables'),
  },
});
