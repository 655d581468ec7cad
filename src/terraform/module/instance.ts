import type { ReferenceExpression, Step } from '../ast.ts';
import { didYouMean, renderDiagnostic, TerraformError, terraformError } from '../diagnostics.ts';
import { evaluate } from '../evaluate/expression.ts';
import { mark, unmark } from '../evaluate/marks.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { Evaluation } from '../evaluation.ts';
import { toStackValues } from '../export.ts';
import type { SourceRange } from '../source.ts';
import type { StackProvider } from '../stack.ts';
import { objectFrom } from '../types/index.ts';
import type { ObjectValue, Value } from '../value.ts';
import { evaluateBody } from './body.ts';
import {
  type CheckConfiguration,
  type ModuleCallConfiguration,
  type ProviderName,
  providerLabel,
  type Repetition,
  type ResourceConfiguration,
  resourceAddress,
} from './configuration.ts';
import { expand, instancesAsValue, keyText } from './expansion.ts';
import type { ModuleNode } from './load.ts';
import { evaluateResource, type ResourceInstance } from './resource.ts';
import { enforceRules, firstBrokenRule } from './rules.ts';
import { Memo } from './tracker.ts';
import { type GivenValue, variableValue } from './variable-value.ts';

/** The call that a module instance comes from. */
interface Caller {
  module: ModuleInstance;
  call: ModuleCallConfiguration;
  /** Where the arguments are evaluated: with `each` or `count` of this instance. */
  scope: Scope;
  key: string | number | undefined;
}

interface ModuleCallInstance {
  key: string | number | undefined;
  module: ModuleInstance;
}

/** One instance of a module: gives everything in it its value when that is first asked for. */
export class ModuleInstance {
  readonly evaluation: Evaluation;
  readonly pathNames: string[];
  /** What stands before the addresses in this module: `module.api["a"].`. */
  readonly prefix: string;
  readonly scope: Scope;
  readonly #node: ModuleNode;
  readonly #caller: Caller | undefined;
  readonly #rootInputs: ReadonlyMap<string, GivenValue>;
  readonly #values: Memo<Value>;
  readonly #resources: Memo<ResourceInstance[]>;
  readonly #calls: Memo<ModuleCallInstance[]>;
  readonly #providers: Memo<StackProvider>;

  constructor(
    evaluation: Evaluation,
    node: ModuleNode,
    caller: Caller | undefined,
    rootInputs: ReadonlyMap<string, GivenValue> = new Map(),
  ) {
    this.evaluation = evaluation;
    this.#node = node;
    this.#caller = caller;
    this.#rootInputs = rootInputs;
    const name = caller === undefined ? '' : `${caller.call.name}${keyText(caller.key)}`;
    this.pathNames = caller === undefined ? [] : [...caller.module.pathNames, name];
    this.prefix = caller === undefined ? '' : `${caller.module.prefix}module.${name}.`;
    this.scope = {
      context: evaluation.context,
      resolve: (reference, scope) => this.#resolve(reference, scope),
    };
    const { tracker } = evaluation;
    this.#values = new Memo(tracker);
    this.#resources = new Memo(tracker);
    this.#calls = new Memo(tracker);
    this.#providers = new Memo(tracker);
  }

  /** Evaluates everything that the module declares. Throws a `TerraformError` with all errors. */
  evaluateAll(): void {
    const { configuration } = this.#node;
    const errors = new Map<string, TerraformError>();
    const attempt = (evaluateItem: () => unknown) => {
      try {
        evaluateItem();
      } catch (error) {
        if (!(error instanceof TerraformError)) throw error;
        errors.set(error.message, error);
      }
    };
    for (const name of configuration.variables.keys()) attempt(() => this.variable(name));
    for (const provider of configuration.providers.values())
      attempt(() => this.provider(provider, provider.range));
    for (const name of configuration.locals.keys()) attempt(() => this.#local(name));
    for (const resource of [...configuration.data.values(), ...configuration.managed.values()]) {
      attempt(() => this.#resource(resource));
    }
    for (const call of configuration.modules.values()) {
      attempt(() => {
        for (const { module } of this.#callInstances(call)) module.evaluateAll();
      });
    }
    for (const name of configuration.outputs.keys()) attempt(() => this.output(name));
    for (const check of configuration.checks.values()) attempt(() => this.#check(check));
    if (errors.size > 0) {
      const diagnostics = [...errors.values()].flatMap((error) => error.diagnostics);
      throw new TerraformError([
        ...new Map(diagnostics.map((found) => [renderDiagnostic(found), found])).values(),
      ]);
    }
  }

  variable(name: string): Value {
    const variable = this.#node.configuration.variables.get(name);
    if (variable === undefined) return null;
    return this.#values.get(`${this.prefix}var.${name}`, () =>
      variableValue(variable, this.#given(name), this.scope, this.#caller === undefined),
    );
  }

  #given(name: string): GivenValue | undefined {
    if (this.#caller === undefined) return this.#rootInputs.get(name);
    const argument = this.#caller.call.body.attributes.get(name);
    if (argument === undefined) return undefined;
    return { value: evaluate(argument.value, this.#caller.scope), range: argument.value.range };
  }

  output(name: string): Value {
    const output = this.#node.configuration.outputs.get(name);
    if (output === undefined) return null;
    return this.#values.get(`${this.prefix}output.${name}`, () => {
      this.noteDependencies(output.dependsOn, false);
      enforceRules(output.preconditions, this.scope, 'Module output value precondition failed');
      return mark(evaluate(output.value, this.scope), output.sensitive);
    });
  }

  #local(name: string): Value {
    const local = this.#node.configuration.locals.get(name);
    if (local === undefined) return null;
    return this.#values.get(
      `${this.prefix}local.${name}`,
      () => evaluate(local.value, this.scope),
      local.nameRange,
    );
  }

  #resource(resource: ResourceConfiguration): ResourceInstance[] {
    const address = `${this.prefix}${resourceAddress(resource)}`;
    // A resource ends the chain of dependencies: who reads it depends on it, not on what it depends on.
    return this.evaluation.tracker.collect(() =>
      this.#resources.get(address, () => evaluateResource(this, resource), resource.range),
    ).result;
  }

  #callInstances(call: ModuleCallConfiguration): ModuleCallInstance[] {
    const node = this.#node.children.get(call.name);
    if (node === undefined) return [];
    return this.#calls.get(`${this.prefix}module.${call.name}`, () =>
      expand(call, this.scope).map(({ key, scope }) => ({
        key,
        module: new ModuleInstance(this.evaluation, node, { module: this, call, scope, key }),
      })),
    );
  }

  /** The provider configuration that a name means in this module, which may be one of a module around it. */
  provider(name: ProviderName, range: SourceRange): StackProvider {
    const label = providerLabel(name);
    const passed = this.#caller?.call.providers?.get(label);
    if (this.#caller !== undefined && passed !== undefined)
      return this.#caller.module.provider(passed, range);
    const own = this.#node.configuration.providers.get(label);
    if (own !== undefined) {
      return this.#providers.get(label, () => {
        const { resources } = this.evaluation.context;
        const value = evaluateBody(own.body, this.scope, `provider.${label}`, true);
        const provider: StackProvider = { name: own.name, values: toStackValues(value, resources) };
        if (own.alias !== undefined) provider.alias = own.alias;
        this.evaluation.providers.push(provider);
        return provider;
      });
    }
    if (name.alias !== undefined) {
      const hint = didYouMean(label, this.#node.configuration.providers.keys());
      throw terraformError(
        'Provider configuration not present',
        `There is no provider "${name.name}" block with alias = "${name.alias}" in this module, and its caller passes none.${hint}`,
        range,
      );
    }
    return this.#caller === undefined
      ? { name: name.name, values: {} }
      : this.#caller.module.provider(name, range);
  }

  /** Evaluates what `depends_on` names, here and (if `inherited`) in the calls of the modules around, as a dependency. */
  noteDependencies(references: readonly ReferenceExpression[], inherited = true): void {
    for (const reference of references) {
      const { configuration } = this.#node;
      const [first] = reference.steps;
      const call =
        reference.root === 'module' && first?.kind === 'attribute'
          ? configuration.modules.get(first.name)
          : undefined;
      if (call === undefined) this.#resolve(reference, this.scope);
      else for (const { module } of this.#callInstances(call)) module.noteEverything();
    }
    if (inherited) this.#caller?.module.noteDependencies(this.#caller.call.dependsOn);
  }

  /** Evaluates all resources of the module and the modules in it, as dependencies. */
  noteEverything(): void {
    const { configuration } = this.#node;
    for (const resource of [...configuration.managed.values(), ...configuration.data.values()]) {
      this.evaluation.tracker.noteAll(this.#resource(resource).map(({ address }) => address));
    }
    for (const call of configuration.modules.values()) {
      for (const { module } of this.#callInstances(call)) module.noteEverything();
    }
  }

  /** Whether `depends_on`, here or in a call around, names anything that has yet to be created. */
  waitsForResources(references: readonly ReferenceExpression[]): boolean {
    const here = references.some(({ root }) => !['data', 'var', 'local'].includes(root));
    if (here) return true;
    return this.#caller?.module.waitsForResources(this.#caller.call.dependsOn) ?? false;
  }

  /** A failed assertion is only a warning, as is a data source of the check that cannot be read. */
  #check(check: CheckConfiguration): void {
    const { data } = check;
    const { warnings } = this.evaluation;
    try {
      const instances = data === undefined ? [] : evaluateResource(this, data);
      const scope: Scope = {
        ...this.scope,
        resolve: (reference, inner) => {
          const [type, name] = reference.steps.map((step) => (step.kind === 'attribute' ? step.name : ''));
          const isOwn =
            data !== undefined && reference.root === 'data' && data.type === type && data.name === name;
          return isOwn
            ? { value: instancesAsValue(data, instances), consumed: 2 }
            : this.#resolve(reference, inner);
        },
      };
      for (const assertion of check.assertions) {
        const broken = firstBrokenRule([assertion], scope, 'Check block assertion failed');
        if (broken !== undefined) warnings.push(renderDiagnostic(broken, 'Warning'));
      }
    } catch (error) {
      if (!(error instanceof TerraformError)) throw error;
      warnings.push(...error.diagnostics.map((found) => renderDiagnostic(found, 'Warning')));
    }
  }

  #resolve(reference: ReferenceExpression, scope: Scope): { value: Value; consumed: number } {
    const { root, steps, range } = reference;
    const [first, second] = steps.map((step) => (step.kind === 'attribute' ? step.name : undefined));
    const { configuration } = this.#node;
    switch (root) {
      case 'var':
        if (first !== undefined) return { value: this.variable(first), consumed: 1 };
        break;
      case 'local':
        if (first !== undefined) return { value: this.#local(first), consumed: 1 };
        break;
      case 'path':
      case 'terraform':
        return { value: this.#builtIn(root, first, range), consumed: 1 };
      case 'each':
      case 'count':
      case 'self':
        throw misplacedObject(root, range);
      case 'module': {
        const call = configuration.modules.get(first ?? '');
        if (call !== undefined) return this.#resolveModule(call, steps[1], steps[2], scope);
        break;
      }
      case 'data':
      case 'resource': {
        const among = root === 'data' ? configuration.data : configuration.managed;
        const resource = among.get(`${first}.${second}`);
        if (resource !== undefined) return this.#resolveResource(resource, reference, 2, scope);
        break;
      }
      default: {
        const resource = configuration.managed.get(`${root}.${first}`);
        if (resource !== undefined) return this.#resolveResource(resource, reference, 1, scope);
      }
    }
    throw terraformError('Invalid reference', `There is nothing that "${root}" could refer to here.`, range);
  }

  #builtIn(root: 'path' | 'terraform', name: string | undefined, range: SourceRange): Value {
    switch (`${root}.${name}`) {
      case 'path.module':
        return this.#node.relativeDirectory;
      case 'path.root':
        return '.';
      case 'path.cwd':
        return this.evaluation.rootDirectory;
      case 'terraform.workspace':
        return this.evaluation.options.workspace ?? 'default';
    }
    const names = root === 'path' ? ['cwd', 'module', 'root'] : ['workspace'];
    throw terraformError(
      `Invalid "${root}" attribute`,
      `The "${root}" object does not have an attribute named "${name ?? ''}". The supported ones are ${names.join(', ')}.`,
      range,
    );
  }

  #resolveResource(
    resource: ResourceConfiguration,
    reference: ReferenceExpression,
    consumed: number,
    scope: Scope,
  ): { value: Value; consumed: number } {
    const { tracker } = this.evaluation;
    const next = reference.steps[consumed];
    requireFittingStep(resource, next, reference);
    const instances = this.#resource(resource);
    const chosen = next?.kind === 'index' ? findByKey(instances, evaluate(next.key, scope)) : undefined;
    if (chosen !== undefined) {
      tracker.note(chosen.address);
      return { value: chosen.value, consumed: consumed + 1 };
    }
    tracker.noteAll(instances.map(({ address }) => address));
    return { value: instancesAsValue(resource, instances), consumed };
  }

  #resolveModule(
    call: ModuleCallConfiguration,
    second: Step | undefined,
    third: Step | undefined,
    scope: Scope,
  ): { value: Value; consumed: number } {
    const instances = this.#callInstances(call);
    const chosen = second?.kind === 'index' ? findByKey(instances, evaluate(second.key, scope)) : undefined;
    const only = isRepeated(call) ? undefined : instances[0];
    if (chosen !== undefined && third?.kind === 'attribute') {
      return { value: chosen.module.output(third.name), consumed: 3 };
    }
    if (only !== undefined && second?.kind === 'attribute') {
      return { value: only.module.output(second.name), consumed: 2 };
    }
    const values = instances.map(({ key, module }) => ({ key, value: module.#outputsAsObject() }));
    return { value: instancesAsValue(call, values), consumed: 1 };
  }

  #outputsAsObject(): ObjectValue {
    const names = [...this.#node.configuration.outputs.keys()];
    return objectFrom(names.map((name) => [name, this.output(name)] as const));
  }
}

function isRepeated({ count, forEach }: Repetition): boolean {
  return count !== undefined || forEach !== undefined;
}

function findByKey<T extends { key: string | number | undefined }>(
  instances: readonly T[],
  key: Value,
): T | undefined {
  const { value, sensitive } = unmark(key);
  return sensitive
    ? undefined
    : instances.find((instance) => instance.key !== undefined && instance.key === value);
}

/** With `count` or `for_each` a reference must name the instance, without it must not. */
function requireFittingStep(
  resource: ResourceConfiguration,
  step: Step | undefined,
  reference: ReferenceExpression,
): void {
  const address = resourceAddress(resource);
  if (!isRepeated(resource)) {
    if (step?.kind !== 'index') return;
    throw terraformError(
      'Unexpected resource instance key',
      `Because ${address} does not have "count" or "for_each" set, references to it must not include an index key. Remove the bracketed index to refer to the single instance of this resource.`,
      reference.range,
    );
  }
  if (step?.kind !== 'attribute') return;
  const [meta, example] =
    resource.count === undefined ? ['for_each', '[each.key]'] : ['count', '[count.index]'];
  throw terraformError(
    'Missing resource instance key',
    `Because ${address} has "${meta}" set, its attributes must be accessed on specific instances.\n\nFor example, to correlate with indices of a referring resource, use:\n    ${address}${example}`,
    reference.range,
  );
}

function misplacedObject(root: 'each' | 'count' | 'self', range: SourceRange) {
  switch (root) {
    case 'each':
      return terraformError(
        'Reference to "each" in context without for_each',
        'The "each" object can be used only in "module" or "resource" blocks, and only when the "for_each" argument is set.',
        range,
      );
    case 'count':
      return terraformError(
        'Reference to "count" in non-counted context',
        'The "count" object can only be used in "module", "resource", and "data" blocks, and only when the "count" argument is set.',
        range,
      );
    case 'self':
      return terraformError(
        'Invalid "self" reference',
        'The "self" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.',
        range,
      );
  }
}
