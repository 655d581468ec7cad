import { type DeploymentScope, type ProviderRequest, type StackValues, Unknown } from '../stack.ts';
import { blocksOf, firstUnknown, goJson, textOf, textsOf } from './arguments.ts';
import { storageServiceAgent } from './google-service-agents.ts';

/** The data sources of the Google provider that need no project. Undefined for all others. */
export function readGoogleData(
  request: ProviderRequest,
  scope: DeploymentScope['google'],
): StackValues | undefined {
  const { type, values, provider } = request;
  const configured = (name: string) => textOf(provider.values[name]);
  const project =
    textOf(values.project_id) ?? textOf(values.project) ?? configured('project') ?? scope.projectId;
  const region = configured('region') ?? scope.region;
  switch (type) {
    case 'google_project':
      return { id: `projects/${project}`, project_id: project, name: project, number: scope.projectNumber };
    case 'google_client_config': {
      const zone = configured('zone') ?? null;
      return { id: `projects/${project}/regions/${region}/zones/${zone ?? ''}`, project, region, zone };
    }
    // Cloud Storage's service agent, which Google makes when it is asked for.
    case 'google_storage_project_service_account': {
      const email = storageServiceAgent(scope.projectNumber);
      return { id: email, email_address: email, member: `serviceAccount:${email}`, project };
    }
    case 'google_iam_policy':
      return googleIamPolicy(values);
    default:
      return undefined;
  }
}

/** The policy as JSON with bindings ordered by role and members ordered. */
function googleIamPolicy(values: StackValues): StackValues {
  const unknown = firstUnknown(values);
  if (unknown !== undefined) {
    const text = new Unknown(unknown.from, 'string');
    return { id: text, policy_data: text };
  }
  const bindings = blocksOf(values.binding)
    .map((binding) => {
      const [condition] = blocksOf(binding.condition);
      return {
        ...(condition === undefined ? {} : { condition: conditionOf(condition) }),
        members: [...new Set(textsOf(binding.members))].sort(),
        role: textOf(binding.role) ?? '',
      };
    })
    .sort((a, b) => (a.role < b.role ? -1 : a.role > b.role ? 1 : 0));
  const auditConfigs = blocksOf(values.audit_config).map((audit) => ({
    auditLogConfigs: blocksOf(audit.audit_log_configs).map((log) => {
      const exemptedMembers = textsOf(log.exempted_members).sort();
      return {
        ...(exemptedMembers.length > 0 ? { exemptedMembers } : {}),
        logType: textOf(log.log_type) ?? '',
      };
    }),
    service: textOf(audit.service) ?? '',
  }));
  const policy = goJson({
    ...(auditConfigs.length > 0 ? { auditConfigs } : {}),
    ...(bindings.length > 0 ? { bindings } : {}),
  });
  return { policy_data: policy };
}

function conditionOf(condition: StackValues): Record<string, string> {
  const members = ['description', 'expression', 'title'].map(
    (name) => [name, textOf(condition[name])] as const,
  );
  return Object.fromEntries(
    members.filter((member): member is readonly [string, string] => member[1] !== undefined),
  );
}
