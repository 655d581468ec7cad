import type { BoundApp } from '../../functions/triggers.ts';
import type { Binding } from '../../functions/typed-data.ts';
import { HostClient, type HostRequest } from './host-client.ts';
import type { StorageBindings } from './queue-trigger.ts';
import { hostConnection, storageConnection } from './storage-connection.ts';

export interface BlobPath {
  container: string;
  blob: string;
}

/** The client of Blob Storage for one binding. */
export class BlobClient {
  readonly #path: BlobPath;
  readonly #client: HostClient;

  /** @throws Error that says what the app's settings or the stack lack */
  constructor(app: BoundApp, binding: Binding, path: BlobPath, bindings: StorageBindings) {
    this.#path = path;
    const { connection } = binding;
    const name = typeof connection === 'string' && connection !== '' ? connection : hostConnection;
    const account = storageConnection(app, bindings.storage, name, 'blob');
    this.#client = new HostClient(bindings, account, { service: 'blob', name: path.container });
  }

  /** A request for the container. */
  container(request: Omit<HostRequest, 'target'>) {
    return this.#send({ ...request, target: `/${this.#path.container}?restype=container` });
  }

  /** A request for the blob. */
  blob({ query = '', ...request }: Omit<HostRequest, 'target'> & { query?: string }) {
    const name = this.#path.blob.split('/').map(encodeURIComponent).join('/');
    const target = `/${this.#path.container}/${name}${query === '' ? '' : `?${query}`}`;
    return this.#send({ ...request, target });
  }

  #send(request: HostRequest) {
    try {
      return this.#client.send(request);
    } catch (error) {
      throw new Error(`${this.#path.container}/${this.#path.blob}: ${(error as Error).message}`);
    }
  }
}

/**
 * `container/blob`, or the URL of a blob.
 *
 * @throws Error as the host's for anything else
 */
export function blobPath(text: string): BlobPath {
  const path = /^https?:/.test(text) ? decodeURIComponent(new URL(text).pathname.slice(1)) : text;
  const cut = path.indexOf('/');
  if (cut <= 0 || cut === path.length - 1)
    throw new Error(
      `Invalid blob path specified : '${text}'. Blob identifiers must be in the format 'container/blob'.`,
    );
  return { container: path.slice(0, cut), blob: path.slice(cut + 1) };
}
