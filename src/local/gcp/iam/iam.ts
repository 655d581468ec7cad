// Who may do what: allow policies of the project and of its resources.
// https://docs.cloud.google.com/iam/docs/policies
import type { Clock } from '../../engine/clock.ts';
import { type GrantFinding, type GrantHandle, GrantLedger, type GrantSource } from '../../engine/grants.ts';
import type { Random } from '../../engine/random.ts';
import type { GcpAccessRequest, GcpPrincipal, GcpScope } from '../service.ts';
import { type CompiledCondition, compileCondition } from './condition.ts';
import { predefinedRoles } from './predefined-roles.ts';
import { conditionInput, covers, normalName } from './resource-name.ts';
import { TokenIssuer } from './tokens.ts';

export interface Binding {
  /** Name of the resource that the policy is set on: `projects/p`, `projects/p/topics/t`. */
  resource: string;
  role: string;
  /** `serviceAccount:worker@p.iam.gserviceaccount.com`, `allUsers`, ... */
  member: string;
  /** CEL expression. */
  condition?: string;
  source: GrantSource;
}

export interface CustomRole {
  /** `projects/p/roles/worker` */
  name: string;
  permissions: readonly string[];
  /** A disabled role grants nothing. */
  disabled: boolean;
  source: GrantSource;
}

interface Role {
  permissions: readonly string[];
  source?: GrantSource;
}

interface ActiveBinding {
  resource: string;
  role: string;
  member: string;
  condition?: string;
  compiled?: CompiledCondition;
  /** Position of each permission in the role. */
  permissions: ReadonlyMap<string, number>;
  grant?: GrantHandle;
}

export type GcpIamOptions = GcpScope & { clock: Clock; random: Random; ledger?: GrantLedger };

/** Members that no caller of the local cloud can be: their grants are taken but never judged. */
const outsiders = /^(user|group|domain|principal|principalSet|projectOwner|projectEditor|projectViewer):/;
const decisionCacheSize = 20_000;

export class Iam {
  readonly scope: GcpScope;
  readonly ledger: GrantLedger;
  readonly #clock: Clock;
  readonly #tokens: TokenIssuer;
  readonly #customRoles = new Map<string, Role>();
  readonly #bindings = new Map<string, ActiveBinding[]>();
  readonly #decisions = new Map<string, boolean>();
  readonly #disabled = new Set<string>();

  constructor(options: GcpIamOptions) {
    const { projectId, projectNumber, region, clock, random, ledger = new GrantLedger() } = options;
    this.scope = { projectId, projectNumber, region };
    this.ledger = ledger;
    this.#clock = clock;
    this.#tokens = new TokenIssuer(clock, random);
  }

  addCustomRole({ name, permissions, disabled, source }: CustomRole): void {
    this.#customRoles.set(name, { permissions: disabled ? [] : permissions, source });
  }

  /** A disabled service account gets no tokens. */
  disableServiceAccount(email: string): void {
    this.#disabled.add(email);
  }

  /**
   * Adds one member to a role on a resource. Throws for a role that is neither predefined (and known here) nor of
   * the stack, a member that IAM does not know, and a condition that is not supported.
   */
  addBinding({ resource, role, member, condition, source }: Binding): void {
    const at = `${source.file}:${source.line} ${source.address}`;
    const definition = this.#role(role);
    if (!definition)
      throw new Error(
        `${at}: the role ${role} is neither defined in this stack nor one of the predefined roles known here`,
      );
    if (!/^(serviceAccount:.+@.+|allUsers|allAuthenticatedUsers)$/.test(member) && !outsiders.test(member))
      throw new Error(`${at}: "${member}" is not a member that is supported`);
    let compiled: CompiledCondition | undefined;
    try {
      compiled = condition === undefined ? undefined : compileCondition(condition);
    } catch (error) {
      throw new Error(`${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const scope = normalName(resource, this.scope);
    const grant = outsiders.test(member) ? undefined : this.#enter(role, definition, member, scope, source);
    const list = this.#bindings.get(member) ?? [];
    list.push({
      resource: scope,
      role,
      member,
      permissions: new Map(definition.permissions.map((permission, index) => [permission, index])),
      ...(condition !== undefined && { condition }),
      ...(compiled && { compiled }),
      ...(grant && { grant }),
    });
    this.#bindings.set(member, list);
    this.#decisions.clear();
  }

  /**
   * Takes away what the policy of a resource holds, for one role (under one condition) or altogether: what
   * `google_..._iam_binding` and `google_..._iam_policy` do before they set their own.
   */
  clearBindings(resource: string, role?: string, condition?: string): void {
    const scope = normalName(resource, this.scope);
    for (const [member, list] of this.#bindings) {
      const isKept = (one: ActiveBinding) =>
        one.resource !== scope || (role !== undefined && (one.role !== role || one.condition !== condition));
      for (const { grant } of list.filter((one) => !isKept(one))) if (grant) this.ledger.remove(grant);
      this.#bindings.set(member, list.filter(isKept));
    }
    this.#decisions.clear();
  }

  /** An opaque access token of a service account. Throws when the account is disabled. */
  issueToken = (email: string, scopes: readonly string[]): string => {
    this.#requireEnabled(email);
    return this.#tokens.issueAccessToken(email, scopes);
  };

  /** An ID token of a service account for `audience`. Throws when the account is disabled. */
  issueIdToken = (email: string, audience: string): string => {
    this.#requireEnabled(email);
    return this.#tokens.issueIdToken(email, audience);
  };

  /** The service account behind an access token. */
  authenticate = (token: string): GcpPrincipal | undefined => account(this.#tokens.accessTokenEmail(token));

  /** The service account behind an ID token that was made for `audience`, as Cloud Run checks it. */
  authenticateIdToken = (token: string, audience: string): GcpPrincipal | undefined =>
    account(this.#tokens.idTokenEmail(token, audience));

  /** The OAuth scopes of an access token. */
  scopesOf(token: string): readonly string[] | undefined {
    return this.#tokens.scopesOf(token);
  }

  /** Whether a binding grants the request; a grant that is used is noted. */
  isAllowed = (principal: GcpPrincipal, request: GcpAccessRequest): boolean => {
    if (principal.kind === 'owner') return true;
    return this.#decide([`serviceAccount:${principal.email}`, 'allAuthenticatedUsers', 'allUsers'], request);
  };

  /** Whether everybody may, also without a token. */
  isPublic = (request: GcpAccessRequest): boolean => this.#decide(['allUsers'], request);

  /** What the configuration grants and no call needed. */
  unused(): GrantFinding[] {
    return this.ledger.unused();
  }

  #decide(members: readonly [string, ...string[]], request: GcpAccessRequest): boolean {
    const key = `${members[0]}\n${request.permission}\n${request.resource}`;
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const resource = normalName(request.resource, this.scope);
    const input = conditionInput(request, resource, this.scope, this.#clock.now());
    let allowed = false;
    let readsTime = false;
    for (const binding of members.flatMap((member) => this.#bindings.get(member) ?? [])) {
      const index = binding.permissions.get(request.permission);
      if (index === undefined || !covers(binding.resource, resource)) continue;
      readsTime ||= binding.compiled?.readsTime ?? false;
      if (binding.compiled && !binding.compiled.holds(input)) continue;
      allowed = true;
      binding.grant?.use(index, 0, request.permission, request.resource);
    }
    if (!readsTime) {
      if (this.#decisions.size >= decisionCacheSize) this.#decisions.clear();
      this.#decisions.set(key, allowed);
    }
    return allowed;
  }

  #role(name: string): Role | undefined {
    const permissions = Object.hasOwn(predefinedRoles, name) ? predefinedRoles[name] : undefined;
    return permissions ? { permissions } : this.#customRoles.get(name);
  }

  /** A predefined role is judged as a whole; of a custom role every permission can be deleted where it stands. */
  #enter(name: string, role: Role, member: string, resource: string, source: GrantSource): GrantHandle {
    const common = { principal: member, actions: role.permissions, resources: [resource] };
    return role.source
      ? this.ledger.add({ ...common, source: role.source, part: `granted by ${source.address}` })
      : this.ledger.add({ ...common, source, role: name });
  }

  #requireEnabled(email: string): void {
    if (this.#disabled.has(email)) throw new Error(`the service account ${email} is disabled`);
  }
}

/** The IAM of the project; grants go to `options.ledger`. */
export const createIam = (options: GcpIamOptions): Iam => new Iam(options);

const account = (email: string | undefined): GcpPrincipal | undefined =>
  email === undefined ? undefined : { kind: 'serviceAccount', email };
