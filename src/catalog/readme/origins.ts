import { readFileSync } from 'node:fs';
import type { ArgumentPlace } from '../../diagram/index.ts';
import type { Body, Expression, ReferenceExpression, Step } from '../../terraform/ast.ts';
import type { ResourceConfiguration } from '../../terraform/module/configuration.ts';
import { loadModules, type ModuleNode } from '../../terraform/module/load.ts';
import { referencesIn } from '../../terraform/references.ts';

/**
 * Traces arguments of resources back to the variables of the root module that set them: through module calls, locals
 * and `dynamic` blocks.
 */
export class Origins {
  readonly #root: ModuleNode;

  constructor(rootDirectory: string) {
    this.#root = loadModules(rootDirectory, (file) => readFileSync(file));
  }

  /** Names of the root's variables, in the order in which the configuration mentions them; none for a constant. */
  variablesOf({ modulePath, type, name, path }: ArgumentPlace): string[] {
    const node = this.#moduleAt(modulePath);
    if (!node || path === '') return [];
    const trace = new Trace();
    for (const resource of node.configuration.managed.values()) {
      if (resource.type !== type || (name !== undefined && resource.name !== name)) continue;
      trace.argument(resource.body, path.split('.'), { node, resource });
      // Of a resource of which nothing may exist, also what decides whether it does.
      if (name === undefined) trace.expression(resource.count?.value, [], { node, resource });
    }
    return [...trace.variables];
  }

  #moduleAt(modulePath: readonly string[]): ModuleNode | undefined {
    let node: ModuleNode | undefined = this.#root;
    for (const call of modulePath) node = node?.children.get(call.replace(/\[.*$/, ''));
    return node;
  }
}

/** Where an expression stands. */
interface Place {
  node: ModuleNode;
  resource?: ResourceConfiguration;
}

class Trace {
  readonly variables = new Set<string>();
  readonly #seen = new Set<string>();

  /** The argument at a path in a body: an attribute, or one in a nested or `dynamic` block. */
  argument(body: Body, [first = '', ...rest]: readonly string[], place: Place): void {
    const attribute = body.attributes.get(first);
    if (attribute) {
      this.expression(attribute.value, rest, place);
      return;
    }
    for (const block of body.blocks) {
      if (block.type === first && rest.length > 0) this.argument(block.body, rest, place);
      if (block.type !== 'dynamic' || block.labels[0] !== first) continue;
      this.expression(block.body.attributes.get('for_each')?.value, [], place);
      for (const content of block.body.blocks) {
        if (rest.length > 0) this.argument(content.body, rest, place);
      }
    }
  }

  /** What the part of an expression's value at `path` is made from. */
  expression(expression: Expression | undefined, path: readonly string[], place: Place): void {
    if (expression === undefined) return;
    const [first, ...rest] = path;
    switch (expression.kind) {
      case 'parentheses':
        this.expression(expression.inner, path, place);
        return;
      case 'conditional':
        this.expression(expression.condition, [], place);
        this.expression(expression.whenTrue, path, place);
        this.expression(expression.whenFalse, path, place);
        return;
      case 'object': {
        const items = expression.items.filter(({ key }) => first === undefined || keyName(key) === first);
        for (const { value } of items) this.expression(value, rest, place);
        return;
      }
      case 'call':
        // What a merge takes the part from is one of its arguments.
        if (expression.name === 'merge' && first !== undefined) {
          for (const argument of expression.args) this.expression(argument, path, place);
          return;
        }
    }
    if (expression.kind === 'reference') this.#reference(expression, path, place);
    else for (const reference of referencesIn(expression)) this.#reference(reference, [], place);
  }

  #reference({ root, steps }: ReferenceExpression, path: readonly string[], place: Place): void {
    const { node, resource } = place;
    const [name = '', ...inner] = steps.map(stepName);
    const within = [...inner.filter((step) => step !== undefined), ...path];
    const mark = JSON.stringify([node.path, root, name, within]);
    if (this.#seen.has(mark)) return;
    this.#seen.add(mark);
    if (root === 'var') this.#variable(name, within, node);
    if (root === 'local') this.expression(node.configuration.locals.get(name)?.value, within, { node });
    if (root === 'each') this.expression(resource?.forEach?.value, [], { node });
    if (root === 'module') {
      const call = node.configuration.modules.get(name);
      this.expression(call?.count?.value, [], { node });
      this.expression(call?.forEach?.value, [], { node });
    }
  }

  #variable(name: string, within: readonly string[], { parent, path }: ModuleNode): void {
    if (!parent) {
      this.variables.add(name);
      return;
    }
    const call = parent.configuration.modules.get(path.at(-1) ?? '');
    this.expression(call?.body.attributes.get(name)?.value, within, { node: parent });
  }
}

function stepName(step: Step): string | undefined {
  if (step.kind === 'attribute') return step.name;
  return step.key.kind === 'literal' && typeof step.key.value === 'string' ? step.key.value : undefined;
}

function keyName(key: Expression): string | undefined {
  if (key.kind === 'reference' && key.steps.length === 0) return key.root;
  return key.kind === 'literal' ? String(key.value) : undefined;
}
