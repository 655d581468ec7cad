import { amount, charged, defineService, use } from '../service.ts';

/** Secret Manager. */
export const secretmanager = defineService({
  cloud: 'gcp',
  service: 'secretmanager',
  title: 'Secret Manager',
  page: 'https://cloud.google.com/secret-manager/pricing',
  inputs: {
    versions: amount('versions', 'active secret versions, all month'),
    locations: amount('locations', 'locations of each; an automatically replicated secret has one', {
      default: 1,
    }),
    accesses: charged('access', 'Access operations', 'operations', 'access operations'),
    rotationNotifications: charged(
      'rotation',
      'Rotation notifications',
      'notifications',
      'rotation notifications',
    ),
  },
  usages: ({ versions, locations }) => [use('Secret versions', 'version', versions.times(locations))],
});
