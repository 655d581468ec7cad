import { amount, charged, defineService, use } from '../service.ts';

/** Amazon ElastiCache Serverless. A cache is charged for a minimum of storage: 100 MB (Valkey), 1 GB (Redis OSS). */
export const elasticache = defineService({
  cloud: 'aws',
  service: 'elasticache',
  title: 'Amazon ElastiCache Serverless',
  page: 'https://aws.amazon.com/elasticache/pricing/',
  inputs: {
    valkeyCaches: amount('caches', 'serverless Valkey caches, all month'),
    valkeyCacheGb: amount('GB', 'average data in one of them, at least 0.1 GB'),
    valkeyProcessingUnits: charged(
      'serverless_valkey_ecpu',
      'Valkey processing',
      'ECPU',
      'ECPUs of Valkey caches',
    ),
    redisCaches: amount('caches', 'serverless Redis OSS caches, all month'),
    redisCacheGb: amount('GB', 'average data in one of them, at least 1 GB'),
    redisProcessingUnits: charged(
      'serverless_redis_ecpu',
      'Redis processing',
      'ECPU',
      'ECPUs of Redis OSS caches',
    ),
  },
  usages: (input, { hours }) => [
    use(
      'Valkey storage',
      'serverless_valkey_storage',
      input.valkeyCaches.times(input.valkeyCacheGb.max(0.1)).times(hours),
    ),
    use(
      'Redis storage',
      'serverless_redis_storage',
      input.redisCaches.times(input.redisCacheGb.max(1)).times(hours),
    ),
  ],
});
