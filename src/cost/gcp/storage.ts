import { charged, defineService } from '../service.ts';

/** Cloud Storage, Standard class. */
export const storage = defineService({
  cloud: 'gcp',
  service: 'storage',
  title: 'Cloud Storage',
  page: 'https://cloud.google.com/storage/pricing',
  inputs: {
    storageGib: charged('standard_regional', 'Standard storage', 'GiB', 'average data stored in one region'),
    classAOperations: charged('class_a', 'Class A operations', 'operations', 'writes and lists'),
    classBOperations: charged('class_b', 'Class B operations', 'operations', 'reads'),
    internetOutGib: charged('egress_worldwide', 'To the internet', 'GiB', 'data sent to the internet'),
  },
});
