// What the diagram and the READMEs know about the resource types of the AzureRM provider.
import type { StackResource, StackValue } from '../terraform/stack.ts';
import { type Alarm, clientId, type Grant, placeOf, textAt, textsAt, valueAt } from './architecture.ts';
import { httpBindings } from './azure-bindings.ts';
import { azureMessaging, messageEdges } from './azure-messaging.ts';
import type { StackIndex } from './stack-index.ts';
import { leftOut, shown, type TypeTable } from './type-table.ts';

const network = 'the network is told in words';

/** Azure's load balancer ends what is idle longer. https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout */
const loadBalancerSeconds = 230;

export const azure: TypeTable = {
  operation: (action) => {
    if (action in messageRoles) return messageRoles[action];
    const [last = '', before] = action.split('/').reverse();
    if (last === 'readMetadata') return undefined;
    if (last === 'executeQuery') return 'query';
    if (last === 'readChangeFeed') return last;
    return before === 'items' ? last : undefined;
  },
  types: {
    ...azureMessaging,
    azurerm_function_app_flex_consumption: {
      service: 'Azure Functions',
      box: 'function',
      settings: ({ values }) => valueAt(values, 'app_settings'),
      identity: (app, index) => {
        const identity = valueAt(app.values, 'identity.identity_ids');
        return Array.isArray(identity) ? index.meant(identity[0], app)?.address : undefined;
      },
      edges(app, index) {
        const bindings = httpBindings(index.stack.rootDirectory);
        if (bindings.length === 0) return messageEdges(app, index);
        const limitSeconds = functionTimeoutSeconds(app);
        const waitsSeconds = Math.min(limitSeconds ?? loadBalancerSeconds, loadBalancerSeconds);
        return [
          {
            from: clientId,
            to: app.address,
            kind: 'call',
            labels: bindings.map(({ route }) => route),
            delivery: {
              how: `synchronous; the platform waits ${waitsSeconds} s at most`,
              retries: 'none, repeating is up to the client',
              afterTheLastFailure: 'the client gets the error; nothing is kept for later',
            },
          },
          ...messageEdges(app, index),
        ];
      },
      facts: [
        {
          topic: 'limits',
          label: 'Memory',
          path: 'instance_memory_in_mb',
          show: (value) => shown(value, 'MB'),
        },
        {
          topic: 'limits',
          label: 'Time limit',
          path: 'app_settings.AzureFunctionsJobHost__functionTimeout',
          show: (_value, app) => shown(functionTimeoutSeconds(app), 's'),
        },
        {
          topic: 'limits',
          label: 'Requests per instance at once',
          path: 'http_concurrency',
          show: (value) => shown(value),
        },
        {
          topic: 'limits',
          label: 'Instances at most',
          path: 'maximum_instance_count',
          show: (value) => shown(value),
        },
        {
          topic: 'limits',
          label: 'Instances kept ready',
          path: 'always_ready.instance_count',
          show: (value) => shown(value) ?? '0',
        },
        {
          topic: 'security',
          label: 'Who may call',
          path: 'auth_settings_v2',
          show: (value) =>
            valueAt(value, 'require_authentication') === true
              ? 'callers with a token of Entra ID'
              : 'everybody',
        },
        {
          topic: 'security',
          label: 'Network of the entrance',
          path: 'public_network_access_enabled',
          show: (value) => (value === false ? 'private endpoints only' : 'internet'),
        },
        {
          topic: 'security',
          label: 'Network of the function',
          path: 'virtual_network_subnet_id',
          show: (value) => (value === undefined ? 'no virtual network' : 'in a virtual network'),
        },
        {
          topic: 'security',
          label: 'Encryption in transit',
          path: 'https_only',
          show: (value, app) =>
            `${value === true ? 'HTTPS only' : 'HTTP and HTTPS'}, TLS ${textAt(app, 'site_config.minimum_tls_version') ?? '1.2'} or newer`,
        },
        {
          topic: 'security',
          label: 'Secrets and keys',
          path: 'storage_authentication_type',
          show: (value) =>
            value === 'UserAssignedIdentity'
              ? 'none: a managed identity'
              : 'connection string of the storage',
        },
      ],
    },
    azurerm_service_plan: leftOut('told with the limits of its app'),

    azurerm_cosmosdb_account: {
      service: 'Cosmos DB account',
      facts: [
        {
          topic: 'limits',
          label: 'Capacity of the store at most',
          path: 'capabilities',
          show: (value) => (isServerless(value) ? 'serverless, up to its quota' : 'provisioned throughput'),
        },
        {
          topic: 'data',
          label: 'Billed',
          path: 'capabilities',
          show: (value) => (isServerless(value) ? 'per request' : 'by provisioned throughput'),
        },
        {
          topic: 'data',
          label: 'Restore to a point in time',
          path: 'backup.tier',
          show: (value) => {
            const days = typeof value === 'string' ? /^Continuous(\d+)Days$/.exec(value)?.[1] : undefined;
            return days === undefined ? 'no, periodic backups' : `last ${days} days`;
          },
        },
        {
          topic: 'data',
          label: 'Protected from deletion',
          of: 'azurerm_management_lock',
          path: 'lock_level',
          show: (value) => (value === undefined ? 'no' : 'yes'),
        },
        {
          topic: 'security',
          label: 'Network of the store',
          path: 'public_network_access_enabled',
          show: (value, account) =>
            `${value === false ? 'private endpoint' : 'internet'}, ${valueAt(account.values, 'local_authentication_enabled') === false ? 'identities only' : 'identities and account keys'}`,
        },
        {
          topic: 'security',
          label: 'Encryption at rest',
          path: 'key_vault_key_id',
          show: (value) => (shown(value) ? 'key of the customer' : 'key of Microsoft'),
        },
      ],
    },
    azurerm_cosmosdb_sql_database: leftOut('shown by its containers'),
    azurerm_cosmosdb_sql_container: {
      service: 'Cosmos DB',
      box: 'store',
      facts: [
        {
          topic: 'data',
          label: 'Records expire',
          path: 'default_ttl',
          show: (value) => {
            if (typeof value !== 'number') return 'no';
            return value === -1 ? 'by `ttl`' : `after ${value} s`;
          },
        },
      ],
    },
    azurerm_cosmosdb_sql_role_definition: leftOut('told by the assignments of the role'),
    azurerm_cosmosdb_sql_role_assignment: { service: 'Cosmos DB role assignment', grants: cosmosGrants },

    azurerm_user_assigned_identity: { service: 'Managed identity' },
    azurerm_role_definition: leftOut('told by the assignments of the role'),
    azurerm_role_assignment: {
      service: 'Role assignment',
      grants: (assignment, index) => [
        {
          effect: 'allow',
          principal: principalOf(assignment, index),
          actions: [textAt(assignment, 'role_definition_name') ?? 'a role of its own'],
          resource:
            index.meant(valueAt(assignment.values, 'scope'), assignment)?.address ??
            textAt(assignment, 'scope') ??
            'unknown',
          source: assignment.address,
        },
      ],
    },

    azurerm_storage_account: {
      service: 'Storage account',
      box: (account, index) => (isHostStorage(account, index) ? undefined : 'bucket'),
    },
    azurerm_storage_container: leftOut('shown by its account'),
    azurerm_storage_management_policy: leftOut('housekeeping of its account'),

    azurerm_application_insights: {
      service: 'Application Insights',
      telemetry: () => ['Application Insights'],
      facts: [
        {
          topic: 'observability',
          label: 'Traces',
          path: '',
          show: () => 'Application Insights',
        },
      ],
    },
    azurerm_log_analytics_workspace: {
      service: 'Log Analytics',
      facts: [
        { topic: 'observability', label: 'Logs', path: '', show: () => 'Log Analytics' },
        {
          topic: 'observability',
          label: 'Logs kept',
          path: 'retention_in_days',
          show: (value) => shown(value, 'days'),
        },
        {
          topic: 'observability',
          label: 'Daily log quota',
          path: 'daily_quota_gb',
          show: (value) => (value === -1 || value === undefined ? 'none' : shown(value, 'GB')),
        },
      ],
    },
    azurerm_monitor_metric_alert: { service: 'Metric alert', alarm: alertOf },
    azurerm_consumption_budget_resource_group: leftOut('watches the bill, not the requests'),

    azurerm_management_lock: leftOut('told with what it protects'),
    azurerm_resource_group: leftOut('only holds the others'),
    azurerm_network_security_group: leftOut(network),
    azurerm_private_dns_zone: leftOut(network),
    azurerm_private_dns_zone_virtual_network_link: leftOut(network),
    azurerm_private_endpoint: leftOut(network),
    azurerm_subnet: leftOut(network),
    azurerm_subnet_network_security_group_association: leftOut(network),
    azurerm_virtual_network: leftOut(network),
  },
};

const messageRoles: Record<string, string> = {
  'Azure Service Bus Data Receiver': 'receive',
  'Azure Service Bus Data Sender': 'send',
};

/** The setting has the form `hh:mm:ss`. */
function functionTimeoutSeconds(app: StackResource): number | undefined {
  const [hours, minutes, seconds] =
    textAt(app, 'app_settings.AzureFunctionsJobHost__functionTimeout')?.split(':').map(Number) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  return hours * 3600 + minutes * 60 + seconds;
}

function isServerless(capabilities: StackValue | undefined): boolean {
  return (
    Array.isArray(capabilities) &&
    capabilities.some((capability) => valueAt(capability, 'name') === 'EnableServerless')
  );
}

/** What an app keeps its own keys, locks and package in holds nothing of the pattern. */
function isHostStorage(account: StackResource, index: StackIndex): boolean {
  return index
    .ofType('azurerm_function_app_flex_consumption')
    .some((app) => textAt(app, 'app_settings.AzureWebJobsStorage__accountName') === textAt(account, 'name'));
}

function principalOf(assignment: StackResource, index: StackIndex): string {
  return index.meant(valueAt(assignment.values, 'principal_id'), assignment)?.address ?? 'unknown';
}

function cosmosGrants(assignment: StackResource, index: StackIndex): Grant[] {
  const role = index.meant(
    valueAt(assignment.values, 'role_definition_id'),
    assignment,
    'azurerm_cosmosdb_sql_role_definition',
  );
  // A scope names `dbs/x/colls/y` what the id of the container names `sqlDatabases/x/containers/y`.
  const scope = textAt(assignment, 'scope')
    ?.replace('/dbs/', '/sqlDatabases/')
    .replace('/colls/', '/containers/');
  return [
    {
      effect: 'allow',
      principal: principalOf(assignment, index),
      actions: role ? textsAt(role, 'permissions.data_actions') : ['a role of its own'],
      resource: index.meant(scope, assignment)?.address ?? scope ?? 'unknown',
      source: assignment.address,
    },
  ];
}

const operators: Record<string, string> = {
  Equals: '=',
  GreaterThan: '>',
  GreaterThanOrEqual: '≥',
  LessThan: '<',
  LessThanOrEqual: '≤',
};

const comparisonsOfText: Record<string, string> = {
  Include: '=',
  Exclude: '≠',
  StartsWith: 'starts with',
};

function alertOf(alert: StackResource): Alarm {
  const criteria = (name: string) => textAt(alert, `criteria.${name}`) ?? '?';
  const dimension = textAt(alert, 'criteria.dimension.name');
  const values = textsAt(alert, 'criteria.dimension.values').join(', ');
  const selected =
    dimension === undefined
      ? ''
      : ` (${dimension} ${comparisonsOfText[criteria('dimension.operator')] ?? '?'} ${values})`;
  return {
    address: alert.address,
    name: textAt(alert, 'name') ?? alert.address,
    meaning: textAt(alert, 'description') ?? '',
    threshold: `${criteria('aggregation')} of ${criteria('metric_name')}${selected} ${operators[criteria('operator')] ?? '?'} ${shown(valueAt(alert.values, 'criteria.threshold'))}${/duration/i.test(criteria('metric_name')) ? ' ms' : ''} in ${duration(textAt(alert, 'window_size') ?? 'PT5M')}`,
    notifies: placeOf(alert, 'action.action_group_id'),
  };
}

/** `PT5M` as `5 min`. */
function duration(iso: string): string {
  const units: Record<string, string> = { D: 'days', H: 'h', M: 'min', S: 's' };
  return [...iso.matchAll(/(\d+)([DHMS])/g)]
    .map(([, count, unit = '']) => `${count} ${units[unit]}`)
    .join(' ');
}
