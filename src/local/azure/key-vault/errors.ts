/** An error as Key Vault answers it. https://learn.microsoft.com/azure/key-vault/general/rest-error-codes */
export class KeyVaultError extends Error {
  override name = 'KeyVaultError';
  readonly status: number;
  /** The `code` of the body: `SecretNotFound`. */
  readonly code: string;
  /** The `code` of the body's `innererror`: `ForbiddenByRbac`. */
  readonly innerCode: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { innerCode?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.innerCode = details.innerCode;
    this.headers = details.headers ?? {};
  }

  get body(): string {
    const { code, message, innerCode } = this;
    return JSON.stringify({
      error: { code, message, ...(innerCode !== undefined && { innererror: { code: innerCode } }) },
    });
  }
}

export const badParameter = (message: string) => new KeyVaultError(400, 'BadParameter', message);

/** `nameOrId`: `name`, or `name/version`. */
export const secretNotFound = (nameOrId: string) =>
  new KeyVaultError(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${nameOrId} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );

export const deletedSecretNotFound = (name: string) =>
  new KeyVaultError(404, 'SecretNotFound', `Deleted Secret not found: ${name}`);

export const secretDisabled = () =>
  new KeyVaultError(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
    innerCode: 'SecretDisabled',
  });

export const nameIsDeleted = (name: string) =>
  new KeyVaultError(
    409,
    'Conflict',
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    { innerCode: 'ObjectIsDeletedButRecoverable' },
  );

export const purgeForbidden = (vault: string, location: string) =>
  new KeyVaultError(
    403,
    'Forbidden',
    `Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.\r\nVault: ${vault};location=${location}`,
  );

/** Something the service has and this implementation does not. */
export const notImplemented = (what: string) =>
  new KeyVaultError(501, 'NotImplemented', `${what} is not implemented by the local Key Vault.`);
