import type { Expression, ReferenceExpression } from './ast.ts';
import { type Diagnostic, didYouMean, TerraformError, terraformError } from './diagnostics.ts';
import {
  type CheckRule,
  type ModuleConfiguration,
  providerLabel,
  type ResourceConfiguration,
  resourceAddress,
} from './module/configuration.ts';
import type { ModuleNode } from './module/load.ts';
import { referencesIn, referencesInBody } from './references.ts';

/** From each thing of the configuration (`module.api.local.name`) to those it needs. */
type Graph = Map<string, Set<string>>;

/**
 * Checks every reference, also in code that is never evaluated, and that nothing depends on itself.
 * Throws a `TerraformError` with all undeclared names, or with the participants of a cycle.
 */
export function checkReferences(root: ModuleNode): void {
  const builder = new GraphBuilder();
  builder.addModule(root);
  if (builder.errors.length > 0) throw new TerraformError(builder.errors);
  const cycle = findCycle(builder.graph);
  if (cycle !== undefined) throw terraformError(`Cycle: ${cycle.join(', ')}`, '');
}

class GraphBuilder {
  readonly graph: Graph = new Map();
  readonly errors: Diagnostic[] = [];

  addModule(module: ModuleNode): void {
    const { configuration } = module;
    const node = (name: string) => `${prefixOf(module)}${name}`;
    for (const variable of configuration.variables.values()) {
      const name = node(`var.${variable.name}`);
      this.#addRules(name, module, variable.validations, `var.${variable.name}`);
      const argument = module.parent?.configuration.modules
        .get(module.path.at(-1) ?? '')
        ?.body.attributes.get(variable.name);
      if (module.parent !== undefined) {
        this.#edge(name, callNode(module));
        this.#add(name, module.parent, referencesIn(argument?.value));
      }
    }
    for (const [name, { value }] of configuration.locals)
      this.#add(node(`local.${name}`), module, referencesIn(value));
    for (const output of configuration.outputs.values()) {
      const name = node(`output.${output.name}`);
      this.#add(name, module, [...referencesIn(output.value), ...output.dependsOn]);
      this.#addRules(name, module, output.preconditions);
    }
    for (const provider of configuration.providers.values()) {
      this.#add(node(`provider.${providerLabel(provider)}`), module, referencesInBody(provider.body));
    }
    for (const resource of [...configuration.managed.values(), ...configuration.data.values()]) {
      this.#addResource(module, resource);
    }
    for (const check of configuration.checks.values()) {
      const name = node(`check.${check.name}`);
      if (check.data !== undefined) this.#add(name, module, referencesInBody(check.data.body));
      const own = check.data === undefined ? undefined : resourceAddress(check.data);
      this.#addRules(name, module, check.assertions, own);
    }
    for (const child of module.children.values()) this.#addCall(module, child);
  }

  #addCall(module: ModuleNode, child: ModuleNode): void {
    const call = module.configuration.modules.get(child.path.at(-1) ?? '');
    if (call !== undefined) {
      this.#add(callNode(child), module, [
        ...referencesIn(call.count?.value),
        ...referencesIn(call.forEach?.value),
        ...call.dependsOn,
      ]);
    }
    if (module.parent !== undefined) this.#edge(callNode(child), callNode(module));
    this.addModule(child);
  }

  #addResource(module: ModuleNode, resource: ResourceConfiguration): void {
    const address = resourceAddress(resource);
    const name = `${prefixOf(module)}${address}`;
    if (module.parent !== undefined) this.#edge(name, callNode(module));
    this.#add(name, module, [
      ...referencesInBody(resource.body),
      ...referencesIn(resource.count?.value),
      ...referencesIn(resource.forEach?.value),
      ...resource.dependsOn,
      ...resource.provisioners
        .flatMap(({ body }) => referencesInBody(body))
        .filter(({ root }) => root !== 'self'),
    ]);
    this.#addRules(name, module, [...resource.preconditions, ...resource.postconditions], 'self');
    if (module.configuration.providers.has(providerLabel(resource.provider))) {
      this.#edge(name, `${prefixOf(module)}provider.${providerLabel(resource.provider)}`);
    }
  }

  /** Adds the references of conditions; `own` is what they may refer to although it belongs to the same thing. */
  #addRules(name: string, module: ModuleNode, rules: readonly CheckRule[], own?: string): void {
    const expressions = rules.flatMap((rule): Expression[] => [rule.condition, rule.errorMessage]);
    const references = expressions.flatMap((expression) => referencesIn(expression));
    this.#add(
      name,
      module,
      references.filter((reference) => own === undefined || !startsWith(reference, own)),
    );
  }

  #add(from: string, module: ModuleNode, references: readonly ReferenceExpression[]): void {
    this.#targets(from);
    for (const reference of references) {
      const target = resolveName(reference, module.configuration);
      if (target === undefined) continue;
      if (typeof target !== 'string') {
        this.errors.push({ ...target, range: reference.range });
        continue;
      }
      const name = `${prefixOf(module)}${target}`;
      if (name === from && !target.startsWith('local.')) this.errors.push(selfReference(reference));
      else this.#edgesTo(from, module, target, reference);
    }
  }

  #edgesTo(from: string, module: ModuleNode, target: string, reference: ReferenceExpression): void {
    const child = target.startsWith('module.')
      ? module.children.get(target.slice('module.'.length))
      : undefined;
    if (child === undefined) {
      this.#edge(from, `${prefixOf(module)}${target}`);
      return;
    }
    this.#edge(from, callNode(child));
    const output = reference.steps.slice(1).find((step) => step.kind === 'attribute');
    if (output === undefined) {
      for (const name of child.configuration.outputs.keys())
        this.#edge(from, `${prefixOf(child)}output.${name}`);
    } else if (child.configuration.outputs.has(output.name)) {
      this.#edge(from, `${prefixOf(child)}output.${output.name}`);
    } else {
      const hint = didYouMean(output.name, child.configuration.outputs.keys());
      this.errors.push({
        summary: 'Unsupported attribute',
        detail: `This object does not have an attribute named "${output.name}".${hint}`,
        range: output.range,
      });
    }
  }

  #edge(from: string, to: string): void {
    this.#targets(from).add(to);
  }

  #targets(name: string): Set<string> {
    let targets = this.graph.get(name);
    if (targets === undefined) {
      targets = new Set();
      this.graph.set(name, targets);
    }
    return targets;
  }
}

function prefixOf(module: ModuleNode): string {
  return module.path.map((name) => `module.${name}.`).join('');
}

function callNode(module: ModuleNode): string {
  return `${prefixOf(module).slice(0, -1)} (expand)`;
}

function startsWith(reference: ReferenceExpression, name: string): boolean {
  const steps = reference.steps.flatMap((step) => (step.kind === 'attribute' ? [`.${step.name}`] : []));
  return `${reference.root}${steps.join('')}.`.startsWith(`${name}.`);
}

function selfReference(reference: ReferenceExpression): Diagnostic {
  return {
    summary: 'Self-referential block',
    detail: `Configuration for ${describe(reference)} may not refer to itself.`,
    range: reference.range,
  };
}

function describe(reference: ReferenceExpression): string {
  const names = reference.steps.flatMap((step) => (step.kind === 'attribute' ? [step.name] : []));
  return [reference.root, ...names.slice(0, reference.root === 'data' ? 2 : 1)].join('.');
}

/** What a reference means in a module: a node, nothing that needs one (`path.module`), or what is wrong with it. */
function resolveName(
  reference: ReferenceExpression,
  configuration: ModuleConfiguration,
): string | undefined | { summary: string; detail: string } {
  const names = reference.steps.map((step) => (step.kind === 'attribute' ? step.name : undefined));
  const [first] = names;
  switch (reference.root) {
    case 'var':
      return declared(
        'var',
        first,
        configuration.variables,
        'input variable',
        (name) => `An input variable with the name "${name}" has not been declared.`,
        'This variable can be declared with a variable "${name}" {} block.',
      );
    case 'local':
      return declared(
        'local',
        first,
        configuration.locals,
        'local value',
        (name) => `A local value with the name "${name}" has not been declared.`,
      );
    case 'module':
      return declared(
        'module',
        first,
        configuration.modules,
        'module',
        (name) => `No module call named "${name}" is declared in this module.`,
      );
    case 'data':
      return resourceName(configuration.data, first, names[1], 'data');
    case 'each':
    case 'count':
    case 'self':
    case 'path':
    case 'terraform':
      return undefined;
    case 'resource':
      return resourceName(configuration.managed, first, names[1], 'managed');
    default:
      if (reference.steps.length === 0) {
        return {
          summary: 'Invalid reference',
          detail:
            'A reference to a resource type must be followed by at least one attribute access, specifying the resource name.',
        };
      }
      return resourceName(configuration.managed, reference.root, first, 'managed');
  }
}

function declared(
  root: string,
  name: string | undefined,
  among: ReadonlyMap<string, unknown>,
  what: string,
  detail: (name: string) => string,
  advice = '',
): string | { summary: string; detail: string } {
  if (name === undefined) {
    return {
      summary: 'Invalid reference',
      detail: `The "${root}" object cannot be accessed directly. Instead, access one of its attributes.`,
    };
  }
  if (among.has(name)) return `${root}.${name}`;
  const hint = didYouMean(name, among.keys()) || (advice === '' ? '' : ` ${advice.replace('${name}', name)}`);
  return { summary: `Reference to undeclared ${what}`, detail: `${detail(name)}${hint}` };
}

function resourceName(
  among: ReadonlyMap<string, ResourceConfiguration>,
  type: string | undefined,
  name: string | undefined,
  mode: 'managed' | 'data',
): string | { summary: string; detail: string } {
  const kind = mode === 'data' ? 'data source' : 'resource';
  if (type === undefined || name === undefined) {
    return {
      summary: 'Invalid reference',
      detail: `A reference to a ${kind} must name its type and its name${mode === 'data' ? ', as in data.TYPE.NAME' : ''}.`,
    };
  }
  const found = among.get(`${type}.${name}`);
  if (found !== undefined) return resourceAddress(found);
  const hint = didYouMean(`${type}.${name}`, among.keys());
  return {
    summary: 'Reference to undeclared resource',
    detail: `A ${mode === 'data' ? 'data' : 'managed'} resource "${type}" "${name}" has not been declared in this module.${hint}`,
  };
}

/** The first cycle that a depth-first walk meets, as the names of its participants. */
function findCycle(graph: Graph): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of graph.keys()) {
    if (state.has(start)) continue;
    const path: { name: string; targets: Iterator<string> }[] = [];
    const open = (name: string) => {
      state.set(name, 'open');
      path.push({ name, targets: (graph.get(name) ?? new Set<string>()).values() });
    };
    open(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.targets.next();
      if (next.done) {
        state.set(top.name, 'done');
        path.pop();
      } else if (state.get(next.value) === 'open') {
        const from = path.findIndex(({ name }) => name === next.value);
        return path.slice(from).map(({ name }) => name);
      } else if (!state.has(next.value)) {
        open(next.value);
      }
    }
  }
  return undefined;
}
