/**
 * The second front end of the local cloud: a template of AWS CloudFormation or AWS SAM as a `Stack`, in the words of
 * Terraform's AWS provider, so that whatever works on a `Stack` works on a template.
 */
export { type EvaluateTemplateOptions, evaluateTemplate } from './evaluate.ts';
export { templateAt } from './find-template.ts';
export { TemplateError } from './places.ts';
