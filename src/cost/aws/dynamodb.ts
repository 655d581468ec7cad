import { startedUnits } from '../arithmetic.ts';
import { amount, charged, choice, defineService, optionalAmount, use } from '../service.ts';

/** Amazon DynamoDB: on-demand and provisioned tables. */
export const dynamodb = defineService({
  cloud: 'aws',
  service: 'dynamodb',
  title: 'Amazon DynamoDB',
  page: 'https://aws.amazon.com/dynamodb/pricing/',
  inputs: {
    tableClass: choice(['standard', 'infrequent-access'], 'table class'),
    writes: amount('writes', 'on-demand writes and deletes of single items, each rounded up to 1 KB'),
    transactionalWrites: amount('writes', 'on-demand writes in transactions, which count twice'),
    writeItemKb: amount('KB', 'average size of an item written (the larger of before and after)', {
      default: 1,
    }),
    writeRequestUnits: amount('WRU', 'further write request units, already counted'),
    stronglyConsistentReads: amount('reads', 'on-demand strongly consistent reads, each rounded up to 4 KB'),
    eventuallyConsistentReads: amount('reads', 'on-demand eventually consistent reads, which count half'),
    transactionalReads: amount('reads', 'on-demand reads in transactions, which count twice'),
    readItemKb: amount('KB', 'average size read by one request (of a query: all its items together)', {
      default: 1,
    }),
    readRequestUnits: amount('RRU', 'further read request units, already counted'),
    storageGb: amount('GB', 'average data and indexes stored, 100 bytes per item included'),
    provisionedWriteCapacity: amount('WCU', 'provisioned write capacity'),
    provisionedReadCapacity: amount('RCU', 'provisioned read capacity'),
    provisionedHours: optionalAmount('hours', 'how long it is provisioned', 'the whole month'),
    streamReadRequests: charged(
      'streams_read',
      'Streams reads',
      'reads',
      'GetRecords calls on streams, but for those of Lambda triggers, which are free',
    ),
    replicatedWriteUnits: charged(
      'replicated_write_ondemand',
      'Replicated writes',
      'rWRU',
      'write units of global tables, per replica region',
    ),
    kinesisChangeUnits: charged(
      'kinesis_cdc',
      'Changes to Kinesis',
      'units',
      'change data units of 1 KB sent to Kinesis',
    ),
    pointInTimeRecoveryGbMonths: charged(
      'pitr',
      'Point-in-time recovery',
      'GB-months',
      'table size under point-in-time recovery',
    ),
    backupGbMonths: charged('backup', 'Backups', 'GB-months', 'on-demand backups stored'),
    restoredGb: charged('restore', 'Restores', 'GB', 'data restored'),
    exportedGb: charged('export', 'Exports', 'GB', 'data exported to S3'),
    vectorWrittenGb: charged('vector_write', 'Vector index writes', 'GB', 'data written to vector indexes'),
    vectorSearchedGb: charged(
      'vector_search',
      'Vector index searches',
      'GB',
      'data searched in vector indexes',
    ),
    ttlDeletes: charged('ttl_delete', 'TTL deletes', 'deletes', 'items deleted when they expire'),
  },
  usages(input, month) {
    const unitsPerWrite = startedUnits(input.writeItemKb, 1);
    const unitsPerRead = startedUnits(input.readItemKb, 4);
    const writeUnits = input.writes
      .plus(input.transactionalWrites.times(2))
      .times(unitsPerWrite)
      .plus(input.writeRequestUnits);
    const readUnits = input.stronglyConsistentReads
      .plus(input.eventuallyConsistentReads.times(0.5))
      .plus(input.transactionalReads.times(2))
      .times(unitsPerRead)
      .plus(input.readRequestUnits);
    const isStandard = input.tableClass === 'standard';
    const hours = input.provisionedHours ?? month.hours;
    return [
      use('Write request units', isStandard ? 'ondemand_write' : 'ia_write', writeUnits),
      use('Read request units', isStandard ? 'ondemand_read' : 'ia_read', readUnits),
      use('Storage', isStandard ? 'storage' : 'ia_storage', input.storageGb),
      use('Provisioned write capacity', 'provisioned_wcu', input.provisionedWriteCapacity.times(hours)),
      use('Provisioned read capacity', 'provisioned_rcu', input.provisionedReadCapacity.times(hours)),
    ];
  },
});
