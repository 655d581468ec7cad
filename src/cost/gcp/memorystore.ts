import { amount, defineService, use } from '../service.ts';

/** Memorystore for Redis (capacity class M1) and Redis Cluster. */
export const memorystore = defineService({
  cloud: 'gcp',
  service: 'memorystore',
  title: 'Memorystore',
  page: 'https://cloud.google.com/memorystore/docs/redis/pricing',
  inputs: {
    basicGib: amount('GiB', 'provisioned capacity on the Basic tier'),
    standardGib: amount('GiB', 'provisioned capacity on the Standard tier'),
    clusterNanoNodes: amount('nodes', 'shared-core nano nodes of Redis Cluster'),
  },
  usages: ({ basicGib, standardGib, clusterNanoNodes }, { hours }) => [
    use('Redis, Basic', 'redis_basic_m1', basicGib.times(hours)),
    use('Redis, Standard', 'redis_standard_m1', standardGib.times(hours)),
    use('Redis Cluster nodes', 'cluster_nano_node', clusterNanoNodes.times(hours)),
  ],
});
