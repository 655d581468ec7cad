// Who may do what: Azure role-based access control, and Cosmos DB's own for its data.
// https://learn.microsoft.com/azure/role-based-access-control/overview
import type { Clock } from '../../engine/clock.ts';
import { type GrantFinding, type GrantHandle, GrantLedger, type GrantSource } from '../../engine/grants.ts';
import type { Random } from '../../engine/random.ts';
import type { AzureAccessRequest, AzurePrincipal, AzureScope } from '../service.ts';
import { builtInRoles, cosmosBuiltInRoles, type RolePermissions } from './built-in-roles.ts';
import { type ManagedIdentity, managedIdentity, ownerObjectId, TokenIssuer } from './identity.ts';
import { type CompiledRole, compileRole, covers, normalScope } from './role.ts';

/** Azure RBAC, or the access control that a Cosmos DB account keeps for its data. */
export type RoleSystem = 'azure' | 'cosmos';

interface Role {
  name: string;
  compiled: CompiledRole;
  /** Where a role of the stack is defined; built-in roles have no source. */
  source?: GrantSource;
}

export interface RoleDefinition {
  system: RoleSystem;
  /** Full id of the definition. */
  id: string;
  name: string;
  permissions: readonly RolePermissions[];
  source: GrantSource;
}

export interface RoleAssignment {
  system: RoleSystem;
  /** Full id of the definition, or its last segment. */
  roleDefinitionId: string;
  /** Resource id at or above what the assignment is for. */
  scope: string;
  /** Object id. */
  principalId: string;
  source: GrantSource;
}

interface ActiveAssignment {
  scope: string;
  role: Role;
  grant?: GrantHandle;
}

const cosmosDataPrefix = 'microsoft.documentdb/databaseaccounts/';
const decisionCacheSize = 20_000;

export class Authorization {
  readonly scope: AzureScope;
  readonly ledger: GrantLedger;
  readonly #tokens: TokenIssuer;
  readonly #identities = new Map<string, ManagedIdentity>();
  readonly #roles: Record<RoleSystem, Map<string, Role>> = { azure: new Map(), cosmos: new Map() };
  readonly #assignments: Record<RoleSystem, Map<string, ActiveAssignment[]>> = {
    azure: new Map(),
    cosmos: new Map(),
  };
  readonly #decisions = new Map<string, boolean>();

  constructor(options: AzureScope & { clock: Clock; random: Random; ledger?: GrantLedger }) {
    const { subscriptionId, tenantId, clock, random, ledger = new GrantLedger() } = options;
    this.scope = { subscriptionId, tenantId };
    this.ledger = ledger;
    this.#tokens = new TokenIssuer(this.scope, clock, random);
    const add = (system: RoleSystem, list: typeof builtInRoles) => {
      for (const role of list)
        this.#roles[system].set(role.guid, { name: role.name, compiled: compileRole([role]) });
    };
    add('azure', builtInRoles);
    add('cosmos', cosmosBuiltInRoles);
  }

  /** Makes an identity known: user-assigned, or system-assigned with the id of its resource. Returns its ids. */
  addIdentity(resourceId: string): ManagedIdentity {
    const identity = managedIdentity(resourceId, this.scope);
    this.#identities.set(identity.principalId, identity);
    return identity;
  }

  /** The identity with this object id or client id. */
  identity(objectOrClientId: string): ManagedIdentity | undefined {
    return (
      this.#identities.get(objectOrClientId) ??
      [...this.#identities.values()].find((identity) => identity.clientId === objectOrClientId)
    );
  }

  defineRole({ system, id, name, permissions, source }: RoleDefinition): void {
    this.#roles[system].set(lastSegment(id), { name, compiled: compileRole(permissions), source });
    this.#decisions.clear();
  }

  /** Throws when the role is neither built in (and known here) nor defined by the stack. */
  assignRole({ system, roleDefinitionId, scope, principalId, source }: RoleAssignment): void {
    const role = this.#roles[system].get(lastSegment(roleDefinitionId));
    if (!role)
      throw new Error(
        `${source.file}:${source.line} ${source.address}: the role definition ${roleDefinitionId} is neither defined in this stack nor one of the built-in roles known here`,
      );
    const assignments = this.#assignments[system].get(principalId) ?? [];
    // Whoever applies the configuration owns everything here: what is given to that account is not judged.
    const grant = principalId === ownerObjectId ? undefined : this.#enter(role, principalId, scope, source);
    assignments.push({ scope: normalScope(scope), role, ...(grant && { grant }) });
    this.#assignments[system].set(principalId, assignments);
    this.#decisions.clear();
  }

  /** A bearer token of the identity with this object id. Throws when no such identity exists. */
  issueToken = (objectId: string, audience: string): string => {
    const identity = this.#identities.get(objectId);
    if (!identity) throw new Error(`no managed identity of this stack has the object id ${objectId}`);
    return this.#tokens.issue(identity, audience);
  };

  /** The identity behind a bearer token; with `audience`, only of a token for it. */
  authenticate = (token: string, audience?: string): AzurePrincipal | undefined =>
    this.#tokens.authenticate(token, audience);

  /** Whether a role assignment grants the request; a grant that is used is noted. */
  isAllowed = (principal: AzurePrincipal, request: AzureAccessRequest): boolean => {
    if (principal.kind === 'owner') return true;
    const key = `${principal.objectId}\n${request.kind}\n${request.action}\n${request.scope}`;
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const allowed = this.#decide(principal.objectId, request);
    if (this.#decisions.size >= decisionCacheSize) this.#decisions.clear();
    this.#decisions.set(key, allowed);
    return allowed;
  };

  /** What the configuration grants and no call needed. */
  unused(): GrantFinding[] {
    return this.ledger.unused();
  }

  #decide(objectId: string, request: AzureAccessRequest): boolean {
    const action = request.action.toLowerCase();
    const resource = normalScope(request.scope);
    const isCosmosData = request.kind === 'dataAction' && action.startsWith(cosmosDataPrefix);
    const assignments = this.#assignments[isCosmosData ? 'cosmos' : 'azure'].get(objectId) ?? [];
    // Every client reads the account first; a right to metadata anywhere in the account suffices for that.
    // https://learn.microsoft.com/azure/cosmos-db/how-to-setup-rbac#permission-model
    const isAccountMetadata =
      isCosmosData && action === `${cosmosDataPrefix}readmetadata` && !resource.includes('/dbs/');
    let allowed = false;
    for (const { scope, role, grant } of assignments) {
      if (!covers(scope, resource) && !(isAccountMetadata && covers(resource, scope))) continue;
      const index = role.compiled.permits(request.kind, action);
      if (index < 0) continue;
      allowed = true;
      grant?.use(index, 0, request.action, request.scope);
    }
    return allowed;
  }

  /** A built-in role is judged as a whole; of a role of the stack every action can be deleted where it stands. */
  #enter(role: Role, principalId: string, scope: string, source: GrantSource): GrantHandle {
    const principal = this.#identities.get(principalId)?.resourceId ?? principalId;
    const common = { principal, actions: role.compiled.patterns, resources: [scope] };
    return role.source
      ? this.ledger.add({ ...common, source: role.source, part: `assigned by ${source.address}` })
      : this.ledger.add({ ...common, source, role: role.name });
  }
}

/** The access control of the subscription; grants go to `options.ledger`. */
export const createAuthorization = (
  options: AzureScope & { clock: Clock; random: Random; ledger?: GrantLedger },
): Authorization => new Authorization(options);

const lastSegment = (id: string) => id.slice(id.lastIndexOf('/') + 1).toLowerCase();
