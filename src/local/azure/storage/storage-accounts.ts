const blobSuffix = '.blob.core.windows.net';

/** The storage accounts of the stack, as far as the platform's own use of them goes: who may read and write there. */
export class StorageAccounts {
  readonly #ids = new Map<string, string>();

  add(account: { name: string; id: string }): void {
    this.#ids.set(account.name, account.id);
  }

  /** The resource id of an account of the stack. */
  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /**
   * The resource id of a blob container, as role assignments see it, by its URL
   * (`https://account.blob.core.windows.net/container`); `undefined` when the stack has no such account.
   */
  containerId(url: string): string | undefined {
    const { hostname, pathname } = new URL(url);
    if (!hostname.endsWith(blobSuffix)) return undefined;
    const account = this.#ids.get(hostname.slice(0, -blobSuffix.length));
    const [, container] = pathname.split('/');
    return account && container ? containerScope(account, container) : undefined;
  }
}

/** `{account}/blobServices/default/containers/{container}` */
export const containerScope = (accountId: string, container: string): string =>
  `${accountId}/blobServices/default/containers/${container}`;
