import { charged, defineService } from '../service.ts';

/** Amazon S3: Standard and Express One Zone storage. */
export const s3 = defineService({
  cloud: 'aws',
  service: 's3',
  title: 'Amazon S3',
  page: 'https://aws.amazon.com/s3/pricing/',
  inputs: {
    storageGb: charged('standard_storage', 'Standard storage', 'GB', 'average data stored in S3 Standard'),
    putRequests: charged(
      'put_copy_post_list',
      'PUT, COPY, POST, LIST',
      'requests',
      'PUT, COPY, POST and LIST requests',
    ),
    getRequests: charged(
      'get_select_other',
      'GET and others',
      'requests',
      'GET, SELECT and all other requests',
    ),
    objectTags: charged('object_tags', 'Object tags', 'tags', 'object tags kept'),
    expressStorageGb: charged(
      'express_storage',
      'Express One Zone storage',
      'GB',
      'average data stored in S3 Express One Zone',
    ),
  },
});
