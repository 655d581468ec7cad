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
    // https://cloud.google.com/storage/docs/pubsub-notifications
    case 'gcp':
      await app.channel('queue_name').send({
        body: JSON.stringify({
          kind: 'storage#object',
          id: `${app.output('bucket_name')}/${key}/${version}`,
          name: key,
          bucket: app.output('bucket_name'),
          generation: version,
          size: '1',
        }),
        attributes: {
          eventType: 'OBJECT_FINALIZE',
          payloadFormat: 'JSON_API_V1',
          bucketId: app.output('bucket_name'),
          objectId: key,
          objectGeneration: version,
        },
      });
      return;
    // https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
    case 'azure': {
      const [account = '', container = ''] = app.output('bucket_name').split('/');
      await app.channel('queue_name').send({
        body: JSON.stringify({
          topic: `/subscriptions/0/resourceGroups/0/providers/Microsoft.Storage/storageAccounts/${account}`,
          subject: `/blobServices/default/containers/${container}/blobs/${key}`,
          eventType: 'Microsoft.Storage.BlobCreated',
          id: app.random.uuid(),
          eventTime: '2026-01-01T00:00:00.0000000Z',
          dataVersion: '',
          metadataVersion: '1',
          data: {
            api: 'PutBlob',
            eTag: version,
            contentLength: 1,
            blobType: 'BlockBlob',
            url: `https://${account}.blob.core.windows.net/${container}/${encodeURI(key)}`,
            sequencer: order,
          },
        }),
      });
    }
  }
}
