import { charged, defineService } from '../service.ts';

/** AWS Key Management Service. */
export const kms = defineService({
  cloud: 'aws',
  service: 'kms',
  title: 'AWS Key Management Service',
  page: 'https://aws.amazon.com/kms/pricing/',
  inputs: {
    keys: charged('key', 'Keys', 'keys', 'customer managed keys'),
    requests: charged('requests', 'Requests', 'requests', 'requests with symmetric and RSA 2048 keys'),
    asymmetricRequests: charged(
      'asymmetric_other',
      'Asymmetric requests',
      'requests',
      'requests with other asymmetric keys',
    ),
    rsaDataKeyPairs: charged(
      'rsa_datakeypair',
      'RSA data key pairs',
      'requests',
      'RSA data key pairs generated',
    ),
  },
});
