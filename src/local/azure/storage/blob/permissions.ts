import type { StoragePermission } from '../caller.ts';

const containers = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const action = (name: string) => [{ kind: 'action', action: `${containers}/${name}` } as const];
const data = (name: string) => [{ kind: 'dataAction', action: `${containers}/blobs/${name}` } as const];

/**
 * What the operations on containers and blobs need.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob
 */
export const blobPermissions = {
  readContainer: { anyOf: [action('read')], sas: '' },
  writeContainer: { anyOf: [action('write')], sas: '' },
  deleteContainer: { anyOf: [action('delete')], sas: '' },
  delegate: {
    anyOf: [
      [
        {
          kind: 'action',
          action: 'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action',
        },
      ],
    ],
    sas: '',
  },
  read: { anyOf: [data('read')], sas: 'r' },
  list: { anyOf: [data('read')], sas: 'l' },
  /** To write where there is no blob yet. */
  create: { anyOf: [data('write'), data('add/action')], sas: 'cw' },
  write: { anyOf: [data('write')], sas: 'w' },
  delete: { anyOf: [data('delete')], sas: 'd' },
  deleteVersion: { anyOf: [data('deleteBlobVersion/action')], sas: 'x' },
  readTags: { anyOf: [data('tags/read')], sas: 't' },
  writeTags: { anyOf: [data('tags/write')], sas: 't' },
} as const satisfies Record<string, StoragePermission>;
