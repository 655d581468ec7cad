import { charged, defineService } from '../service.ts';

/** Amazon Cognito user pools by feature plan. */
export const cognito = defineService({
  cloud: 'aws',
  service: 'cognito',
  title: 'Amazon Cognito',
  page: 'https://aws.amazon.com/cognito/pricing/',
  inputs: {
    liteUsers: charged('lite_mau', 'Lite users', 'MAU', 'monthly active users on the Lite plan'),
    legacyLiteUsers: charged(
      'lite_mau_legacy',
      'Lite users of older pools',
      'MAU',
      'monthly active users of pools that keep 50,000 free users',
    ),
    essentialsUsers: charged(
      'essentials_mau',
      'Essentials users',
      'MAU',
      'monthly active users on the Essentials plan',
    ),
    plusUsers: charged('plus_mau', 'Plus users', 'MAU', 'monthly active users on the Plus plan'),
    federatedUsers: charged(
      'federated_mau',
      'Federated users',
      'MAU',
      'monthly active users through SAML or OIDC',
    ),
    machineTokens: charged(
      'm2m_token',
      'Machine-to-machine tokens',
      'tokens',
      'machine-to-machine tokens issued',
    ),
  },
});
