import { charged, defineService } from '../service.ts';

/** Cloud Key Management Service. */
export const kms = defineService({
  cloud: 'gcp',
  service: 'kms',
  title: 'Cloud Key Management Service',
  page: 'https://cloud.google.com/kms/pricing',
  inputs: {
    softwareKeyVersions: charged(
      'key_version_software',
      'Software key versions',
      'versions',
      'active software key versions',
    ),
    operations: charged('operations_software', 'Operations', 'operations', 'operations with software keys'),
    hsmKeyVersions: charged(
      'key_version_hsm',
      'HSM key versions',
      'versions',
      'active key versions in hardware modules',
    ),
  },
});
