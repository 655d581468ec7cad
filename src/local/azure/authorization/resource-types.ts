// The Terraform resource types of Azure access control.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/role_assignment and its neighbours
import { z } from 'zod';
import type { StackValue, StackValues } from '../../../terraform/stack.ts';
import { sourceOf } from '../../engine/grants.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { DataSources, ResourceTypes } from '../../resource-type.ts';
import type { AzureScope } from '../service.ts';
import type { Authorization } from './authorization.ts';
import { builtInRoles } from './built-in-roles.ts';
import { guidOf, managedIdentity } from './identity.ts';

const actions = z.array(z.string()).nullish();

const RoleAssignmentArguments = z.object({
  condition: z.string().optional(),
  delegated_managed_identity_resource_id: z.string().optional(),
  principal_id: z.string(),
  role_definition_id: z.string(),
  scope: z.string(),
});

const RoleDefinitionArguments = z.object({
  assignable_scopes: z.array(z.string()).optional(),
  name: z.string(),
  permissions: z
    .array(z.object({ actions, not_actions: actions, data_actions: actions, not_data_actions: actions }))
    .optional(),
  role_definition_resource_id: z.string(),
});

const CosmosRoleDefinitionArguments = z.object({
  id: z.string(),
  name: z.string(),
  permissions: z.array(z.object({ data_actions: z.array(z.string()) })),
});

const CosmosRoleAssignmentArguments = z.object({
  principal_id: z.string(),
  role_definition_id: z.string(),
  scope: z.string(),
});

export const resourceTypes: ResourceTypes<AzureScope, Authorization> = {
  azurerm_user_assigned_identity: {
    attributes(values, scope) {
      const id = `${group(values, scope)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${text(values.name)}`;
      const { principalId, clientId, tenantId } = managedIdentity(id, scope);
      return { id, principal_id: principalId, client_id: clientId, tenant_id: tenantId };
    },
    realise(resource, authorization) {
      authorization.addIdentity(readResource(z.object({ id: z.string() }), resource).id);
    },
  },

  azurerm_role_assignment: {
    attributes(values, scope, address) {
      const name = typeof values.name === 'string' ? values.name : guidOf(`assignment ${address}`);
      const role = builtInRoles.find(
        (one) =>
          one.name === values.role_definition_name ||
          (typeof values.role_definition_id === 'string' && values.role_definition_id.endsWith(one.guid)),
      );
      const definitionId = role ? definitionAt(`/subscriptions/${scope.subscriptionId}`, role.guid) : null;
      return {
        id:
          typeof values.scope === 'string'
            ? `${values.scope}/providers/Microsoft.Authorization/roleAssignments/${name}`
            : null,
        name,
        principal_type: values.principal_type ?? 'ServicePrincipal',
        role_definition_id: values.role_definition_id ?? definitionId,
        role_definition_name: values.role_definition_name ?? role?.name ?? null,
      };
    },
    realise(resource, authorization) {
      const name = resource.values.role_definition_name;
      if (resource.values.role_definition_id === null && typeof name === 'string')
        throw new ConfigurationError(resource, `"${name}" is not one of the built-in roles known here`);
      const assignment = readResource(RoleAssignmentArguments, resource);
      if (assignment.condition !== undefined)
        throw new ConfigurationError(resource, 'conditions on role assignments are not supported');
      if (assignment.delegated_managed_identity_resource_id !== undefined)
        throw new ConfigurationError(resource, 'delegated managed identities are not supported');
      if (/^\/providers\/Microsoft.Management\//i.test(assignment.scope))
        throw new ConfigurationError(resource, 'management groups are not supported as a scope');
      authorization.assignRole({
        system: 'azure',
        roleDefinitionId: assignment.role_definition_id,
        scope: assignment.scope,
        principalId: assignment.principal_id,
        source: sourceOf(resource),
      });
    },
  },

  azurerm_role_definition: {
    attributes(values, _scope, address) {
      const scope = text(values.scope);
      const guid =
        typeof values.role_definition_id === 'string' ? values.role_definition_id : guidOf(`role ${address}`);
      const id = definitionAt(scope, guid);
      return {
        id: `${id}|${scope}`,
        role_definition_id: guid,
        role_definition_resource_id: id,
        assignable_scopes: values.assignable_scopes ?? [scope],
      };
    },
    realise(resource, authorization) {
      const role = readResource(RoleDefinitionArguments, resource);
      authorization.defineRole({
        system: 'azure',
        id: role.role_definition_resource_id,
        name: role.name,
        permissions: (role.permissions ?? []).map((permission) => ({
          actions: permission.actions ?? [],
          notActions: permission.not_actions ?? [],
          dataActions: permission.data_actions ?? [],
          notDataActions: permission.not_data_actions ?? [],
        })),
        source: sourceOf(resource),
      });
    },
  },

  azurerm_cosmosdb_sql_role_definition: {
    attributes(values, scope, address) {
      const guid =
        typeof values.role_definition_id === 'string'
          ? values.role_definition_id
          : guidOf(`cosmos role ${address}`);
      return {
        id: `${cosmosAccount(values, scope)}/sqlRoleDefinitions/${guid}`,
        role_definition_id: guid,
        type: values.type ?? 'CustomRole',
      };
    },
    realise(resource, authorization) {
      const role = readResource(CosmosRoleDefinitionArguments, resource);
      authorization.defineRole({
        system: 'cosmos',
        id: role.id,
        name: role.name,
        permissions: role.permissions.map((permission) => ({ dataActions: permission.data_actions })),
        source: sourceOf(resource),
      });
    },
  },

  azurerm_cosmosdb_sql_role_assignment: {
    attributes(values, scope, address) {
      const name = typeof values.name === 'string' ? values.name : guidOf(`cosmos assignment ${address}`);
      return { id: `${cosmosAccount(values, scope)}/sqlRoleAssignments/${name}`, name };
    },
    realise(resource, authorization) {
      const assignment = readResource(CosmosRoleAssignmentArguments, resource);
      authorization.assignRole({
        system: 'cosmos',
        roleDefinitionId: assignment.role_definition_id,
        scope: assignment.scope,
        principalId: assignment.principal_id,
        source: sourceOf(resource),
      });
    },
  },
};

/** Built-in roles by name or id. */
export const authorizationDataSources: DataSources<AzureScope> = {
  azurerm_role_definition(values, scope) {
    const role = builtInRoles.find(
      (one) => one.name === values.name || one.guid === values.role_definition_id,
    );
    if (!role)
      throw new Error(
        `data.azurerm_role_definition: "${text(values.name ?? values.role_definition_id)}" is not one of the built-in roles known here`,
      );
    const at = typeof values.scope === 'string' ? values.scope : `/subscriptions/${scope.subscriptionId}`;
    return {
      id: definitionAt(at, role.guid),
      name: role.name,
      role_definition_id: role.guid,
      type: 'BuiltInRole',
      assignable_scopes: ['/'],
      permissions: [
        {
          actions: [...(role.actions ?? [])],
          not_actions: [...(role.notActions ?? [])],
          data_actions: [...(role.dataActions ?? [])],
          not_data_actions: [...(role.notDataActions ?? [])],
        },
      ],
    };
  },
};

const text = (value: StackValue | undefined) => (typeof value === 'string' ? value : '');

const definitionAt = (scope: string, guid: string) =>
  `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;

const group = (values: StackValues, { subscriptionId }: AzureScope) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${text(values.resource_group_name)}`;

const cosmosAccount = (values: StackValues, scope: AzureScope) =>
  `${group(values, scope)}/providers/Microsoft.DocumentDB/databaseAccounts/${text(values.account_name)}`;
