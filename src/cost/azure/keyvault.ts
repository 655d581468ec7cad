import { charged, defineService } from '../service.ts';

/** Azure Key Vault. */
export const keyvault = defineService({
  cloud: 'azure',
  service: 'keyvault',
  title: 'Azure Key Vault',
  page: 'https://azure.microsoft.com/pricing/details/key-vault/',
  inputs: {
    operations: charged(
      'operations',
      'Operations',
      'operations',
      'operations on secrets, certificates and RSA 2048 keys',
    ),
    advancedKeyOperations: charged(
      'advanced_key_ops',
      'Advanced key operations',
      'operations',
      'operations with RSA 3072, RSA 4096 and elliptic-curve keys',
    ),
    certificateRenewals: charged(
      'certificate_renewal',
      'Certificate renewals',
      'renewals',
      'certificates renewed',
    ),
  },
});
