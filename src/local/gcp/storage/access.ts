/** Who calls, and whether that caller may. https://docs.cloud.google.com/storage/docs/access-control/iam-json */
import type { WireRequest } from '../../engine/wire.ts';
import type { GcpAccessRequest, GcpPrincipal, GcpRuntime } from '../service.ts';
import { StorageError } from './storage-error.ts';

/** A caller without credentials has the rights of `allUsers`. */
export type Caller = GcpPrincipal | { kind: 'anonymous' };

export type AccessRuntime = GcpRuntime & {
  /** Whether everybody may, also without a token. */
  isPublic(request: GcpAccessRequest): boolean;
};

export type ObjectPermission =
  | 'storage.objects.create'
  | 'storage.objects.delete'
  | 'storage.objects.get'
  | 'storage.objects.update';
export type BucketPermission =
  | 'storage.buckets.delete'
  | 'storage.buckets.get'
  | 'storage.buckets.getIamPolicy'
  | 'storage.buckets.update'
  | 'storage.objects.list';
export type ProjectPermission = 'storage.buckets.create' | 'storage.buckets.list';

/** @param owner whether a request without a token is the owner's, not an anonymous one @throws StorageError 401 */
export function callerOf(runtime: AccessRuntime, request: WireRequest, owner: boolean): Caller {
  if (owner) return { kind: 'owner' };
  const { authorization } = request.headers;
  if (authorization === undefined) return { kind: 'anonymous' };
  const principal = runtime.authenticate(authorization.replace(/^Bearer /i, ''));
  if (principal) return principal;
  throw new StorageError(401, 'authError', 'Invalid Credentials', {
    locationType: 'header',
    location: 'Authorization',
  });
}

export function requireOnObject(
  runtime: AccessRuntime,
  caller: Caller,
  permission: ObjectPermission,
  bucket: string,
  name: string,
): void {
  const resource = `projects/_/buckets/${bucket}/objects/${name}`;
  demand(runtime, caller, { permission, resource }, 'Google Cloud Storage object');
}

export function requireOnBucket(
  runtime: AccessRuntime,
  caller: Caller,
  permission: BucketPermission,
  bucket: string,
): void {
  demand(
    runtime,
    caller,
    { permission, resource: `projects/_/buckets/${bucket}` },
    'Google Cloud Storage bucket',
  );
}

export function requireOnProject(
  runtime: AccessRuntime,
  caller: Caller,
  permission: ProjectPermission,
  project: string,
): void {
  demand(runtime, caller, { permission, resource: `projects/${project}` }, 'Google Cloud project');
}

/** @throws StorageError 403, and 401 where a token might help */
function demand(runtime: AccessRuntime, caller: Caller, request: GcpAccessRequest, what: string): void {
  if (caller.kind === 'anonymous' ? runtime.isPublic(request) : runtime.isAllowed(caller, request)) return;
  const { permission } = request;
  const reason = `does not have ${permission} access to the ${what}. Permission '${permission}' denied on resource (or it may not exist).`;
  if (caller.kind === 'serviceAccount') throw new StorageError(403, 'forbidden', `${caller.email} ${reason}`);
  throw new StorageError(401, 'required', `Anonymous caller ${reason}`, {
    locationType: 'header',
    location: 'Authorization',
  });
}
