/** The identity that Cloud Storage itself acts as in a project. https://cloud.google.com/storage/docs/projects#service-agents */
export const storageServiceAgent = (projectNumber: string): string =>
  `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;
