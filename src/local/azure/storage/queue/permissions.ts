import type { StoragePermission } from '../caller.ts';

const queues = 'Microsoft.Storage/storageAccounts/queueServices/queues';
const action = (name: string) => [{ kind: 'action', action: `${queues}/${name}` } as const];
const data = (name: string) => ({ kind: 'dataAction', action: `${queues}/messages/${name}` }) as const;

/**
 * What the operations on queues and messages need; shared access signatures for queues are not supported.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-queue-service-operations
 */
export const queuePermissions = {
  writeQueue: { anyOf: [action('write')], sas: '' },
  readQueue: { anyOf: [action('read')], sas: '' },
  deleteQueue: { anyOf: [action('delete')], sas: '' },
  put: { anyOf: [[data('add/action')], [data('write')]], sas: '' },
  get: { anyOf: [[data('process/action')], [data('delete'), data('read')]], sas: '' },
  peek: { anyOf: [[data('read')]], sas: '' },
  update: { anyOf: [[data('write')]], sas: '' },
  delete: { anyOf: [[data('process/action')], [data('delete')]], sas: '' },
  clear: { anyOf: [[data('delete')]], sas: '' },
} as const satisfies Record<string, StoragePermission>;
