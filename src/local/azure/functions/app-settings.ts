import { nameOfId } from '../resource-id.ts';
import { IDENTITY_ENDPOINT } from './identity-endpoint.ts';

export interface AppEnvironment {
  /** `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/sites/{}` */
  id: string;
  hostName: string;
  /** `eastus2` */
  location: string;
  /** `24` */
  runtimeVersion: string;
  /** App settings of the configuration and those that the provider adds, references to secrets resolved. */
  settings: Record<string, string>;
  hasIdentity: boolean;
  /** What the app shows to the identity endpoint. */
  identitySecret: string;
}

/**
 * The environment of an instance: the app settings, and what the platform adds to them.
 * https://learn.microsoft.com/azure/azure-functions/functions-app-settings
 */
export function instanceEnvironment(app: AppEnvironment): Record<string, string> {
  const [, , subscriptionId = '', , resourceGroup = ''] = app.id.split('/');
  return {
    HOME: '/home',
    LANG: 'C.UTF-8',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    AzureWebJobsScriptRoot: '/home/site/wwwroot',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_WORKER_RUNTIME_VERSION: app.runtimeVersion,
    REGION_NAME: app.location,
    WEBSITE_HOSTNAME: app.hostName,
    WEBSITE_OWNER_NAME: `${subscriptionId}+${resourceGroup}-${app.location}webspace-Linux`,
    WEBSITE_RESOURCE_GROUP: resourceGroup,
    WEBSITE_SITE_NAME: nameOfId(app.id),
    WEBSITE_SKU: 'FlexConsumption',
    ...app.settings,
    ...(app.hasIdentity && {
      IDENTITY_ENDPOINT,
      IDENTITY_HEADER: app.identitySecret,
      MSI_ENDPOINT: IDENTITY_ENDPOINT,
      MSI_SECRET: app.identitySecret,
    }),
  };
}
