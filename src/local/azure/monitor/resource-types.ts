// Log Analytics, Application Insights and alerts.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/application_insights and its neighbours
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { guidOf } from '../authorization/identity.ts';
import { resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import type { ApplicationInsights } from './application-insights.ts';

const ComponentArguments = z.object({
  id: z.string(),
  name: z.string(),
  workspace_id: z.string().default(''),
  instrumentation_key: z.string(),
  local_authentication_enabled: z.boolean().default(true),
});

export const monitorResourceTypes: ResourceTypes<AzureScope, ApplicationInsights> = {
  azurerm_log_analytics_workspace: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.OperationalInsights/workspaces');
      const key = (use: string) => createHash('sha512').update(`${id}\n${use}`).digest('base64');
      return {
        id,
        workspace_id: guidOf(`workspace ${id}`),
        primary_shared_key: key('primary'),
        secondary_shared_key: key('secondary'),
        sku: 'PerGB2018',
        retention_in_days: 30,
        daily_quota_gb: -1,
        tags: {},
      };
    },
    declaredOnly: 'the logs of a local run are kept in memory, by the application that wrote them',
  },
  azurerm_application_insights: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.Insights/components');
      const location = text(values.location).toLowerCase().replaceAll(' ', '');
      const instrumentationKey = guidOf(`instrumentation ${id}`);
      const appId = guidOf(`application ${id}`);
      return {
        id,
        app_id: appId,
        instrumentation_key: instrumentationKey,
        connection_string: [
          `InstrumentationKey=${instrumentationKey}`,
          `IngestionEndpoint=https://${location}-0.in.applicationinsights.azure.com/`,
          `LiveEndpoint=https://${location}.livediagnostics.monitor.azure.com/`,
          `ApplicationId=${appId}`,
        ].join(';'),
        daily_data_cap_in_gb: 100,
        retention_in_days: 90,
        sampling_percentage: 100,
        local_authentication_enabled: true,
        tags: {},
      };
    },
    realise(resource, insights) {
      const component = readResource(ComponentArguments, resource);
      insights.add({
        id: component.id,
        name: component.name,
        workspaceId: component.workspace_id,
        instrumentationKey: component.instrumentation_key,
        localAuthenticationEnabled: component.local_authentication_enabled,
      });
    },
  },
  azurerm_monitor_metric_alert: {
    attributes: (values, scope) => ({
      id: resourceId(values, scope, 'Microsoft.Insights/metricAlerts'),
      enabled: true,
      auto_mitigate: true,
      frequency: 'PT1M',
      severity: 3,
      window_size: 'PT5M',
      tags: {},
    }),
    declaredOnly: 'the metrics that alerts watch are kept, but nobody is on call for a laptop',
  },
};
