import { charged, defineService } from '../service.ts';

/** Amazon CloudFront, pay as you go, edges in North America and Europe. */
export const cloudfront = defineService({
  cloud: 'aws',
  service: 'cloudfront',
  title: 'Amazon CloudFront',
  page: 'https://aws.amazon.com/cloudfront/pricing/',
  inputs: {
    dataOutGb: charged('egress_us_eu', 'Data out', 'GB', 'data sent to viewers'),
    httpsRequests: charged('https_requests_us', 'HTTPS requests', 'requests', 'HTTPS requests'),
    httpRequests: charged('http_requests_us', 'HTTP requests', 'requests', 'HTTP requests'),
    functionInvocations: charged(
      'functions',
      'CloudFront Functions',
      'invocations',
      'invocations of CloudFront Functions',
    ),
    invalidatedPaths: charged('invalidation_paths', 'Invalidations', 'paths', 'paths invalidated'),
    originFetchGb: charged(
      'origin_fetch_from_aws',
      'Origin fetches',
      'GB',
      'data fetched from origins in AWS',
    ),
  },
});
