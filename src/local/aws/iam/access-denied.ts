// How each service words a refusal.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
// https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
import { type AccessRequest, AwsError } from '../service.ts';
import type { Decision } from './evaluate.ts';

type Refusal = Extract<Decision, { allowed: false }>;

interface Form {
  code: string;
  status: number;
  action?: (action: string) => string;
  resource?: (arn: string) => string;
}

const jsonForm: Form = { code: 'AccessDeniedException', status: 400 };
const restForm: Form = { code: 'AccessDeniedException', status: 403 };
const queryForm: Form = { code: 'AccessDenied', status: 403 };

/** Services that differ from `AccessDeniedException` with status 400. */
const forms: Record<string, Form> = {
  'execute-api': restForm,
  apigateway: restForm,
  cloudformation: queryForm,
  cloudwatch: queryForm,
  iam: queryForm,
  lambda: restForm,
  // S3 puts the ARN in quotation marks.
  s3: { ...queryForm, resource: (arn) => `"${arn}"` },
  scheduler: restForm,
  // SNS writes its prefix in capitals and has an error code of its own.
  sns: { code: 'AuthorizationError', status: 403, action: (action) => action.replace(/^sns:/i, 'SNS:') },
  // SQS writes the whole action in lower case.
  sqs: { ...restForm, action: (action) => action.toLowerCase() },
  sts: queryForm,
  xray: restForm,
};

const article = (policyType: string) => (/^[aeiou]/.test(policyType) ? 'an' : 'a');

/** The error of the service that `request` names in its action prefix. */
export function accessDenied(callerArn: string, request: AccessRequest, refusal: Refusal): AwsError {
  const service = request.action.slice(0, request.action.indexOf(':')).toLowerCase();
  const form = (Object.hasOwn(forms, service) ? forms[service] : undefined) ?? jsonForm;
  const action = form.action?.(request.action) ?? request.action;
  const resource = form.resource?.(request.resource) ?? request.resource;
  const what = `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource}`;
  return new AwsError(form.code, `${what} ${because(refusal, action)}`, form.status);
}

function because(refusal: Refusal, action: string): string {
  const { policyType } = refusal;
  const policy = policyType === 'permissions boundary' ? policyType : `${policyType} policy`;
  if (refusal.reason === 'implicit') return `because no ${policy} allows the ${action} action`;
  const denying = policyType === 'role trust' ? 'the role trust policy' : `${article(policy)} ${policy}`;
  const { arn } = refusal.policy;
  return `with an explicit deny in ${denying}${arn === undefined ? '' : `: ${arn}`}`;
}
