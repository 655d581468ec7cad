/** What the configuration says of a storage account. */
export interface StorageAccountDefinition {
  /** Full resource id. */
  id: string;
  name: string;
  location: string;
  /** Both keys, in base64. */
  keys: readonly string[];
  /** Whether a caller may sign with a key, or with a shared access signature that was made with one. */
  sharedKeyEnabled: boolean;
  versioningEnabled: boolean;
  /** How long deleted blobs can be restored; absent without soft delete. */
  blobRetentionDays?: number;
}
