import type { Iam } from '../iam/iam.ts';
import type { GcpScope } from '../service.ts';

/** What Cloud Build needs to make an image of a function. */
export interface FunctionBuild {
  functionName: string;
  region: string;
  /** What the build runs as. */
  serviceAccount: string;
  /** `projects/p/locations/l/repositories/r` */
  repository: string;
}

/**
 * Checks that a function's build may do what every build does: fetch the source from the bucket into which Cloud
 * Functions copies it, write its log, and keep the image.
 * https://docs.cloud.google.com/functions/docs/securing/build-custom-sa
 *
 * @returns why the build fails, in the words of Cloud Build; nothing when it does not
 */
export function buildFailure(build: FunctionBuild, iam: Iam, scope: GcpScope): string | undefined {
  const { functionName, region, serviceAccount, repository } = build;
  const principal = { kind: 'serviceAccount', email: serviceAccount } as const;
  const may = (permission: string, resource: string) => iam.isAllowed(principal, { permission, resource });
  const bucket = `gcf-v2-sources-${scope.projectNumber}-${region}`;
  const archive = `${functionName}/function-source.zip`;
  if (!may('logging.logEntries.create', `projects/${scope.projectId}`)) {
    return `The service account running this build projects/${scope.projectId}/serviceAccounts/${serviceAccount} does not have permission to write logs to Cloud Logging. To fix this, grant the Logs Writer (roles/logging.logWriter) role to the service account.`;
  }
  if (!may('storage.objects.get', `projects/_/buckets/${bucket}/objects/${archive}`)) {
    return `Build failed with status: FAILURE and message: failed to Fetch: failed to download archive gs://${bucket}/${archive}: Access to bucket ${bucket} denied. You must grant Storage Object Viewer permission to ${serviceAccount}.`;
  }
  const missing = [
    'artifactregistry.repositories.downloadArtifacts',
    'artifactregistry.repositories.uploadArtifacts',
  ].find((permission) => !may(permission, repository));
  return (
    missing &&
    `Build failed with status: FAILURE and message: DENIED: Permission "${missing}" denied on resource "${repository}" (or it may not exist) for ${serviceAccount}.`
  );
}
