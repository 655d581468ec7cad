// Function apps on the Flex Consumption plan, and their packages.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/function_app_flex_consumption
import { z } from 'zod';
import { terraformData } from '../../../terraform/providers/terraform.ts';
import { type StackResource, type StackValues, Unknown } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { DataSources, ResourceTypes } from '../../resource-type.ts';
import type { Authorization } from '../authorization/authorization.ts';
import { type ManagedIdentity, managedIdentity } from '../authorization/identity.ts';
import { resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import type { Authentication } from './authentication.ts';
import type { FunctionAppDefinition, FunctionApps } from './function-apps.ts';
import type { AppIdentities } from './identity-endpoint.ts';
import { hostKeys, systemKey } from './keys.ts';

export interface FunctionsServices {
  apps: Pick<FunctionApps, 'create' | 'publish'>;
  authorization: Authorization;
}

/** Requests at once that an instance of each size takes by default. https://learn.microsoft.com/azure/azure-functions/functions-concurrency#http-trigger-concurrency */
const defaultHttpConcurrency: Record<number, number> = { 512: 4, 2048: 16, 4096: 32 };

const Block = z.record(z.string(), z.unknown());
const strings = z.array(z.string()).nullish();

const AuthSettings = z.object({
  auth_enabled: z.boolean().nullish(),
  require_authentication: z.boolean().nullish(),
  unauthenticated_action: z.string().nullish(),
  active_directory_v2: z
    .array(
      z.object({
        client_id: z.string(),
        tenant_auth_endpoint: z.string(),
        allowed_audiences: strings,
      }),
    )
    .nullish(),
});

const AppArguments = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  default_hostname: z.string(),
  runtime_name: z.string(),
  runtime_version: z.string(),
  instance_memory_in_mb: z.number().default(2048),
  http_concurrency: z.number().optional(),
  maximum_instance_count: z.number().default(100),
  always_ready: z.array(z.object({ name: z.string(), instance_count: z.number().default(0) })).default([]),
  app_settings: z.record(z.string(), z.string()).default({}),
  identity: z.array(z.object({ type: z.string(), identity_ids: strings })).default([]),
  key_vault_reference_identity_id: z.string().optional(),
  storage_container_endpoint: z.string(),
  storage_authentication_type: z.enum([
    'StorageAccountConnectionString',
    'SystemAssignedIdentity',
    'UserAssignedIdentity',
  ]),
  storage_user_assigned_identity_id: z.string().optional(),
  site_config: z
    .array(
      z.object({
        application_insights_connection_string: z.string().nullish(),
        cors: z
          .array(z.object({ allowed_origins: strings, support_credentials: z.boolean().nullish() }))
          .nullish(),
        ip_restriction: z.array(Block).nullish(),
      }),
    )
    .default([]),
  auth_settings_v2: z.array(AuthSettings).default([]),
  auth_settings: z.array(Block).default([]),
  connection_string: z.array(Block).default([]),
  client_certificate_enabled: z.boolean().default(false),
  enabled: z.boolean().default(true),
});

type AppValues = z.output<typeof AppArguments>;

const PlanArguments = z.object({ sku_name: z.string() });

export const functionsResourceTypes: ResourceTypes<AzureScope, FunctionsServices> = {
  azurerm_service_plan: {
    attributes: (values, scope) => ({
      id: resourceId(values, scope, 'Microsoft.Web/serverFarms'),
      kind: values.os_type === 'Windows' ? 'functionapp' : 'linux',
      reserved: values.os_type !== 'Windows',
      maximum_elastic_worker_count: 0,
      per_site_scaling_enabled: false,
      tags: {},
      worker_count: 0,
      zone_balancing_enabled: false,
    }),
    realise(resource) {
      const { sku_name: sku } = readResource(PlanArguments, resource);
      if (sku !== 'FC1')
        throw new ConfigurationError(resource, `the plan ${sku} is not supported; Flex Consumption (FC1) is`);
    },
  },
  azurerm_function_app_flex_consumption: {
    attributes: appAttributes,
    realise: (resource, services) => services.apps.create(definitionOf(resource, services)),
  },
  // Terraform's own resource. One whose input is `{ function_app_id, path }` carries the package of an app: Flex
  // Consumption takes code only through the Azure CLI, which a provisioner runs, so no azurerm resource has its path.
  terraform_data: {
    attributes: (values, _scope, address) => terraformData({ address, values }),
    async realise(resource, { apps }) {
      const { input } = resource.values;
      if (typeof input !== 'object' || input === null || Array.isArray(input) || input instanceof Unknown)
        return;
      if (!('function_app_id' in input && 'path' in input)) return;
      const { function_app_id: appId, path } = input;
      if (typeof appId !== 'string' || typeof path !== 'string')
        throw new ConfigurationError(resource, 'input.function_app_id and input.path must be known texts');
      await apps.publish(appId, path, resource);
    },
  },
};

/** The keys of an app's host, which in the cloud are there as soon as the app is. */
export const functionsDataSources: DataSources<AzureScope> = {
  azurerm_function_app_host_keys(values, scope) {
    const id = resourceId(values, scope, 'Microsoft.Web/sites');
    const { master, host } = hostKeys(id);
    return {
      id,
      blobs_extension_key: systemKey(id, 'blobs_extension'),
      default_function_key: host,
      durabletask_extension_key: '',
      event_grid_extension_config_key: '',
      event_grid_extension_key: systemKey(id, 'eventgrid_extension'),
      primary_key: master,
      signalr_extension_key: '',
      webpubsub_extension_key: '',
    };
  },
};

function appAttributes(values: StackValues, scope: AzureScope): StackValues {
  const id = resourceId(values, scope, 'Microsoft.Web/sites');
  const name = text(values.name);
  const [identity] = Array.isArray(values.identity) ? values.identity : [];
  const system = managedIdentity(id, scope);
  return {
    id,
    default_hostname: `${name}.azurewebsites.net`,
    kind: 'functionapp,linux',
    hosting_environment_id: '',
    custom_domain_verification_id: stableId(
      `domain verification ${scope.subscriptionId}`,
      64,
      '0123456789ABCDEF',
    ),
    outbound_ip_addresses: '',
    outbound_ip_address_list: [],
    possible_outbound_ip_addresses: '',
    possible_outbound_ip_address_list: [],
    site_credential: [{ name: `$${name}`, password: stableId(`publishing password ${id}`, 60) }],
    instance_memory_in_mb: 2048,
    maximum_instance_count: 100,
    app_settings: {},
    enabled: true,
    https_only: false,
    public_network_access_enabled: true,
    client_certificate_enabled: false,
    client_certificate_mode: 'Optional',
    webdeploy_publish_basic_authentication_enabled: true,
    tags: {},
    ...(identity !== undefined && {
      identity: [{ principal_id: system.principalId, tenant_id: scope.tenantId }],
    }),
  };
}

function definitionOf(resource: StackResource, { authorization }: FunctionsServices): FunctionAppDefinition {
  const app = readResource(AppArguments, resource);
  refuseUnsupported(resource, app);
  const [site] = app.site_config;
  const identities = identitiesOf(app, authorization);
  const userAssigned = identities.userAssigned.find(
    (one) => one.resourceId.toLowerCase() === app.storage_user_assigned_identity_id?.toLowerCase(),
  );
  const identity =
    app.storage_authentication_type === 'UserAssignedIdentity' ? userAssigned : identities.systemAssigned;
  const byIdentity = app.storage_authentication_type !== 'StorageAccountConnectionString';
  if (byIdentity && !identity)
    throw new ConfigurationError(
      resource,
      `the package is fetched with ${app.storage_authentication_type}, and the app has no such identity`,
    );
  const keyVaultIdentity = keyVaultIdentityOf(resource, app, identities);
  const connectionString = site?.application_insights_connection_string;
  const authentication = authenticationOf(resource, app);
  const [cors] = site?.cors ?? [];
  return {
    id: app.id,
    name: app.name,
    hostName: app.default_hostname,
    location: app.location,
    runtimeVersion: app.runtime_version,
    memoryMb: app.instance_memory_in_mb,
    httpConcurrency: app.http_concurrency ?? defaultHttpConcurrency[app.instance_memory_in_mb] ?? 16,
    maximumInstances: app.maximum_instance_count,
    alwaysReady: Object.fromEntries(app.always_ready.map(({ name, instance_count: count }) => [name, count])),
    settings: {
      ...app.app_settings,
      ...(connectionString && { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString }),
    },
    identities,
    ...(keyVaultIdentity && { keyVaultIdentity }),
    deployment: {
      containerUrl: app.storage_container_endpoint,
      ...(byIdentity && identity && { identity }),
    },
    ...(authentication && { authentication }),
    ...(cors && {
      cors: {
        allowedOrigins: cors.allowed_origins ?? [],
        supportCredentials: cors.support_credentials ?? false,
      },
    }),
    resource,
  };
}

function identitiesOf({ id, identity: [block] }: AppValues, authorization: Authorization): AppIdentities {
  const userAssigned = (block?.identity_ids ?? []).map((one) => managedIdentity(one, authorization.scope));
  return {
    userAssigned,
    ...(block?.type.includes('SystemAssigned') && { systemAssigned: authorization.addIdentity(id) }),
  };
}

/** The system-assigned identity resolves references to secrets, where the app names no other. */
function keyVaultIdentityOf(
  resource: StackResource,
  { key_vault_reference_identity_id: id }: AppValues,
  { systemAssigned, userAssigned }: AppIdentities,
): ManagedIdentity | undefined {
  if (id === undefined || id === 'SystemAssigned') return systemAssigned;
  const named = userAssigned.find(({ resourceId: own }) => own.toLowerCase() === id.toLowerCase());
  if (!named)
    throw new ConfigurationError(
      resource,
      `key_vault_reference_identity_id names ${id}, which is not among the identities of the app`,
    );
  return named;
}

function authenticationOf(resource: StackResource, app: AppValues): Authentication | undefined {
  const settings = app.auth_settings_v2.find(({ auth_enabled: enabled }) => enabled ?? false);
  if (!settings) return undefined;
  const [directory] = settings.active_directory_v2 ?? [];
  const action = settings.unauthenticated_action ?? 'RedirectToLoginPage';
  if (!directory || action !== 'Return401' || settings.require_authentication !== true)
    throw new ConfigurationError(
      resource,
      'of auth_settings_v2, only active_directory_v2 with require_authentication = true and unauthenticated_action = "Return401" is supported',
    );
  return {
    issuer: directory.tenant_auth_endpoint,
    clientId: directory.client_id,
    allowedAudiences: directory.allowed_audiences ?? [],
  };
}

function refuseUnsupported(resource: StackResource, app: AppValues): void {
  const unsupported: [boolean, string][] = [
    [app.runtime_name !== 'node', `runtime_name = "${app.runtime_name}"; "node" is`],
    [!app.enabled, 'enabled = false'],
    [app.client_certificate_enabled, 'client_certificate_enabled = true'],
    [app.auth_settings.length > 0, 'auth_settings; auth_settings_v2 is'],
    [app.connection_string.length > 0, 'connection_string; app_settings is'],
    [(app.site_config[0]?.ip_restriction ?? []).length > 0, 'site_config.ip_restriction'],
  ];
  const found = unsupported.find(([isUsed]) => isUsed);
  if (found) throw new ConfigurationError(resource, `the local cloud does not support ${found[1]}`);
}
