import type { Facts } from './facts.ts';
import { fix, type Platform, type Provision } from './provision.ts';
import type { ResourceRules } from './resource-rules.ts';
import type { StackIndex } from './stack-index.ts';

/** Processors by instance memory. https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#instance-sizes */
export const flexVcpu: Readonly<Record<number, number>> = { 512: 0.25, 2048: 1, 4096: 2 };
/** Requests at once where nothing is configured. https://learn.microsoft.com/azure/azure-functions/functions-concurrency#http-trigger-concurrency */
const flexHttpConcurrency: Readonly<Record<number, number>> = { 512: 4, 2048: 16, 4096: 32 };

const premiumSizes: Readonly<Record<string, { vcpu: number; memoryMb: number }>> = {
  EP1: { vcpu: 1, memoryMb: 3584 },
  EP2: { vcpu: 2, memoryMb: 7168 },
  EP3: { vcpu: 4, memoryMb: 14_336 },
};

function flexApp(facts: Facts, { functions }: Provision): void {
  const memoryMb = facts.number('instance_memory_in_mb', 2048);
  const ready = facts.blocks('always_ready').reduce((sum, each) => sum + each.number('instance_count', 0), 0);
  functions.push({
    address: facts.address,
    platform: 'azure-flex',
    memoryMb,
    vcpu: flexVcpu[memoryMb] ?? 1,
    concurrency: facts.number('http_concurrency', flexHttpConcurrency[memoryMb] ?? 16),
    readyInstances: ready,
    architecture: 'x86',
    ephemeralMb: 0,
    traced: false,
  });
}

/** An app on the plan that it names. */
function planApp(facts: Facts, { functions }: Provision, index: StackIndex): void {
  const plan = index.find(facts.value('service_plan_id'), ['azurerm_service_plan']);
  const sku = String(plan?.values.sku_name ?? 'Y1');
  const premium = premiumSizes[sku];
  const platform: Platform = premium ? 'azure-premium' : 'azure-consumption';
  functions.push({
    address: facts.address,
    platform,
    memoryMb: premium?.memoryMb ?? 128,
    vcpu: premium?.vcpu ?? 1,
    concurrency: 100,
    readyInstances: premium
      ? Math.max(facts.block('site_config')?.number('elastic_instance_minimum', 1) ?? 1, 1)
      : 0,
    architecture: 'x86',
    ephemeralMb: 0,
    traced: false,
  });
}

function servicePlan(facts: Facts, provision: Provision): void {
  const sku = facts.text('sku_name', '');
  // Plans by consumption cost what their apps use; a Premium plan is priced with its app.
  if (['FC1', 'Y1', 'EP1', 'EP2', 'EP3'].includes(sku)) return;
  provision.unknown.push({ type: `${facts.type} ${sku}`.trim(), addresses: [facts.address] });
}

function cosmosAccount(facts: Facts, provision: Provision): void {
  const serverless = facts
    .blocks('capabilities')
    .some((each) => each.text('name', '') === 'EnableServerless');
  provision.stores.push({ address: facts.address, mode: serverless ? 'on-demand' : 'provisioned' });
}

/** Throughput of a database or container, in every region of its account. */
function cosmosThroughput(facts: Facts, provision: Provision, index: StackIndex): void {
  const account = index
    .ofType('azurerm_cosmosdb_account')
    .find(({ values }) => values.name !== undefined && values.name === facts.value('account_name'));
  const regions = Array.isArray(account?.values.geo_location) ? account.values.geo_location.length : 1;
  const manual = facts.number('throughput', 0);
  const autoscale = facts.block('autoscale_settings')?.number('max_throughput', 0) ?? 0;
  const isServerless =
    account !== undefined &&
    provision.stores.some(({ address, mode }) => address === account.address && mode === 'on-demand');
  if (isServerless) return;
  fix(provision, facts, 'Provisioned throughput', 'azure.cosmos.provisioned_100ru', {
    quantity: (manual / 100) * Math.max(regions, 1),
    per: 'hour',
  });
  // A tenth of the maximum is charged while nothing happens; even traffic stays below it.
  fix(provision, facts, 'Autoscale throughput', 'azure.cosmos.autoscale_100ru', {
    quantity: Math.ceil(autoscale / 1000) * Math.max(regions, 1),
    per: 'hour',
  });
}

function serviceBus(facts: Facts, provision: Provision): void {
  const sku = facts.text('sku', 'Standard');
  provision.stores.push({
    address: facts.address,
    mode: sku === 'Basic' ? 'on-demand-infrequent' : 'on-demand',
  });
  if (sku === 'Standard')
    fix(provision, facts, 'Standard base fee', 'azure.servicebus.standard_base', {
      quantity: 1,
      per: 'month',
    });
  if (sku === 'Premium')
    fix(provision, facts, 'Premium messaging units', 'azure.servicebus.premium_mu', {
      quantity: facts.number('capacity', 1),
      per: 'hour',
    });
}

function eventHubs(facts: Facts, provision: Provision): void {
  const sku = facts.text('sku', 'Standard').toLowerCase();
  fix(provision, facts, `Throughput units (${sku})`, `azure.eventhubs.${sku}_tu`, {
    quantity: facts.number('capacity', 1),
    per: 'hour',
  });
}

function workspace(facts: Facts, { logs }: Provision): void {
  const cap = facts.number('daily_quota_gb', -1);
  logs.push({
    address: facts.address,
    days: facts.number('retention_in_days', 30),
    ...(cap >= 0 && { dailyCapGb: cap }),
  });
}

function metricAlert(facts: Facts, provision: Provision): void {
  const criteria = facts.blocks('criteria').length + facts.blocks('dynamic_criteria').length;
  fix(provision, facts, 'Metric alerts', 'azure.monitor.metric_alert_series', {
    quantity: Math.max(criteria, 1) * Math.max(facts.list('scopes').length, 1),
    per: 'month',
  });
}

function realtimeUnits(service: 'signalr' | 'webpubsub') {
  return (facts: Facts, provision: Provision) => {
    const sku = facts.block('sku')?.text('name', '') ?? facts.text('sku', '');
    const capacity = facts.block('sku')?.number('capacity', 1) ?? facts.number('capacity', 1);
    if (sku.startsWith('Free')) return;
    fix(provision, facts, 'Units', `azure.${service}.standard_unit`, { quantity: capacity, per: 'day' });
  };
}

export const azureRules: ResourceRules = {
  priced: {
    azurerm_cosmosdb_account: cosmosAccount,
    azurerm_cosmosdb_sql_container: cosmosThroughput,
    azurerm_cosmosdb_sql_database: cosmosThroughput,
    azurerm_eventhub_namespace: eventHubs,
    azurerm_function_app_flex_consumption: flexApp,
    azurerm_linux_function_app: planApp,
    azurerm_log_analytics_workspace: workspace,
    azurerm_monitor_metric_alert: metricAlert,
    azurerm_private_endpoint: (facts, provision) =>
      fix(provision, facts, 'Private endpoints', 'azure.privatelink.endpoint_hour', {
        quantity: 1,
        per: 'hour',
      }),
    azurerm_service_plan: servicePlan,
    azurerm_servicebus_namespace: serviceBus,
    azurerm_signalr_service: realtimeUnits('signalr'),
    azurerm_web_pubsub: realtimeUnits('webpubsub'),
    azurerm_windows_function_app: planApp,
  },
  free: new Set([
    'azurerm_application_insights',
    'azurerm_consumption_budget_resource_group',
    'azurerm_consumption_budget_subscription',
    'azurerm_cosmosdb_sql_role_assignment',
    'azurerm_cosmosdb_sql_role_definition',
    'azurerm_cosmosdb_sql_stored_procedure',
    'azurerm_eventgrid_event_subscription',
    'azurerm_eventgrid_system_topic',
    'azurerm_eventgrid_system_topic_event_subscription',
    'azurerm_eventgrid_topic',
    'azurerm_eventhub',
    'azurerm_eventhub_consumer_group',
    'azurerm_federated_identity_credential',
    'azurerm_function_app_function',
    'azurerm_key_vault',
    'azurerm_key_vault_access_policy',
    'azurerm_key_vault_certificate',
    'azurerm_key_vault_key',
    'azurerm_key_vault_secret',
    'azurerm_management_lock',
    'azurerm_monitor_action_group',
    'azurerm_monitor_diagnostic_setting',
    'azurerm_network_security_group',
    'azurerm_network_security_rule',
    'azurerm_portal_dashboard',
    'azurerm_private_dns_zone_virtual_network_link',
    'azurerm_resource_group',
    'azurerm_resource_provider_registration',
    'azurerm_role_assignment',
    'azurerm_role_definition',
    'azurerm_servicebus_namespace_authorization_rule',
    'azurerm_servicebus_queue',
    'azurerm_servicebus_subscription',
    'azurerm_servicebus_subscription_rule',
    'azurerm_servicebus_topic',
    'azurerm_storage_account',
    'azurerm_storage_account_queue_properties',
    'azurerm_storage_blob',
    'azurerm_storage_container',
    'azurerm_storage_management_policy',
    'azurerm_storage_queue',
    'azurerm_storage_table',
    'azurerm_subnet',
    'azurerm_subnet_network_security_group_association',
    'azurerm_user_assigned_identity',
    'azurerm_virtual_network',
  ]),
};
