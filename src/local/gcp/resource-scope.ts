import type { StackValues } from '../../terraform/stack.ts';
import type { GcpScope } from './service.ts';

/** The project that a resource is in: its own, or that of its provider. */
export const projectOf = (values: StackValues, scope: GcpScope): string =>
  (typeof values.project === 'string' ? values.project : scope.projectId).replace(/^projects\//, '');

/** `projects/p/locations/l` of a regional resource. */
export const locationOf = (values: StackValues, scope: GcpScope): string =>
  `projects/${projectOf(values, scope)}/locations/${typeof values.location === 'string' ? values.location : scope.region}`;

/** Labels of a resource as the provider reports them beside those that are configured. */
export const labelAttributes = (labels: StackValues[string] | undefined): StackValues => ({
  labels: {},
  effective_labels: labels ?? {},
  terraform_labels: labels ?? {},
});
