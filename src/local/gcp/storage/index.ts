export { callName } from './call-name.ts';
export { CloudStorage, type CloudStorageOptions } from './cloud-storage.ts';
export { isStorageHost, storageEndpoint } from './endpoint.ts';
export { bucketAccess } from './owner-access.ts';
export { storageResourceTypes } from './resource-types.ts';
export { UploadedArchives } from './uploaded-archives.ts';
