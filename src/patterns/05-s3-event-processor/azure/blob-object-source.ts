import { type BlobDownloadResponseParsed, type ContainerClient, RestError } from '@azure/storage-blob';
import type { ObjectSource, OpenedObject } from '../core.ts';

/**
 * Reads blobs by the ETag that Event Grid tells of. It does not tell the version id, so that an overwritten or deleted
 * version is looked for among the versions of its name.
 */
export function blobObjectSource(container: ContainerClient): ObjectSource {
  async function findVersion(key: string, etag: string) {
    for await (const blob of container.listBlobsFlat({ prefix: key, includeVersions: true }))
      if (blob.name === key && blob.versionId && unquoted(blob.properties.etag) === etag)
        return container.getBlobClient(key).withVersion(blob.versionId);
    return undefined;
  }

  return {
    async open({ key, version }) {
      const current = container.getBlobClient(key);
      const answer =
        (await unlessGone(current.download(0, undefined, { conditions: { ifMatch: `"${version}"` } }))) ??
        (await unlessGone((await findVersion(key, version))?.download()));
      return answer && opened(answer);
    },
  };
}

const unquoted = (etag: string) => etag.replaceAll('"', '');

/** `undefined` when the blob is not there, or not with the ETag that was asked for. */
async function unlessGone(
  download: Promise<BlobDownloadResponseParsed> | undefined,
): Promise<BlobDownloadResponseParsed | undefined> {
  try {
    return await download;
  } catch (error) {
    const isBlobMissing =
      error instanceof RestError && (error.statusCode === 412 || error.code === 'BlobNotFound');
    if (isBlobMissing) return undefined;
    throw error;
  }
}

function opened({
  readableStreamBody,
  contentLength,
  contentEncoding,
}: BlobDownloadResponseParsed): OpenedObject {
  if (!readableStreamBody || contentLength === undefined) throw new Error('Blob Storage sent no body.');
  return {
    bytes: readableStreamBody as AsyncIterable<Uint8Array>,
    sizeBytes: contentLength,
    ...(contentEncoding && { contentEncoding }),
  };
}
