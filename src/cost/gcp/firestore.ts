import { amount, charged, defineService, flag, use } from '../service.ts';

/** Firestore, Standard edition. The free quota is per day; it is counted for use spread evenly over the month. */
export const firestore = defineService({
  cloud: 'gcp',
  service: 'firestore',
  title: 'Firestore',
  page: 'https://cloud.google.com/firestore/pricing',
  inputs: {
    reads: amount('document reads', 'documents read; a query without result is one'),
    writes: amount('document writes', 'documents written'),
    deletes: amount('document deletes', 'documents deleted'),
    ttlDeletes: amount('document deletes', 'documents deleted when they expire; never free'),
    storageGib: amount('GiB', 'average data and indexes stored'),
    withoutFreeQuota: flag('the database is not the one of its project that has the free quota'),
    pointInTimeRecoveryGibMonths: charged(
      'pitr_storage',
      'Point-in-time recovery',
      'GiB-months',
      'data under point-in-time recovery',
    ),
    backupGibMonths: charged('backup_storage', 'Backups', 'GiB-months', 'backups kept'),
    restoredGib: charged('restore', 'Restores', 'GiB', 'data restored'),
  },
  usages(input) {
    const free = input.withoutFreeQuota ? 'never' : undefined;
    return [
      use('Document reads', 'reads', input.reads, free),
      use('Document writes', 'writes', input.writes, free),
      use('Document deletes', 'deletes', input.deletes, free),
      use('TTL deletes', 'deletes', input.ttlDeletes, 'never'),
      use('Storage', 'storage', input.storageGib, free),
    ];
  },
});
