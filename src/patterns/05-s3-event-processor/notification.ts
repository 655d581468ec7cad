import type { App } from '../scenario.ts';
import type { Upload } from './core.ts';

/** Tells the pattern of an upload, in the words of the cloud: a notification that comes late, or once more. */
export async function notify(app: App, { key, version, order }: Upload): Promise<void> {
  switch (app.cloud) {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    case 'aws':
      await app.channel('queue_name').send({
        body: JSON.stringify({
          version: '0',
          id: app.random.uuid(),
          'detail-type': 'Object Created',
          source: 'aws.s3',
          account: '000000000000',
          time: '2026-01-01T00:00:00Z',
          region: 'us-east-1',
          resources: [`arn:aws:s3:::${app.output('bucket_name')}`],
          detail: {
            version: '0',
            bucket: { name: app.output('bucket_name') },
            object: { key, size: 1, etag: '0', 'version-id': version, sequencer: order },
            reason: 'PutObject',
          },
        }),
      });
      return;
    case 'azure':
    case 'gcp':
      throw new Error(`Not on ${app.cloud}.`);
  }
}
