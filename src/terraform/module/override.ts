import { type Block, type Body, blockHeader } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';

/**
 * Merges the bodies of override files into those of the primary files. Arguments replace arguments; nested blocks replace all
 * nested blocks of the same type; `lifecycle` and `terraform` merge argument by argument.
 * Source: https://developer.hashicorp.com/terraform/language/files/override
 */
export function applyOverrides(primary: readonly Body[], overrides: readonly Body[]): Body[] {
  const bodies = primary.map((body) => ({ ...body, blocks: [...body.blocks] }));
  for (const override of overrides) {
    for (const block of override.blocks) {
      if (block.type === 'locals') overrideLocals(bodies, block);
      else if (['terraform', 'moved', 'removed', 'import'].includes(block.type))
        bodies[0]?.blocks.push(block);
      else replaceBlock(bodies, block);
    }
  }
  return bodies;
}

function replaceBlock(bodies: readonly Body[], override: Block): void {
  for (const body of bodies) {
    const index = body.blocks.findIndex((block) => identity(block) === identity(override));
    const base = body.blocks[index];
    if (base !== undefined) {
      body.blocks[index] = { ...base, body: mergeBodies(base.body, override.body) };
      return;
    }
  }
  throw terraformError(
    'Missing base block to override',
    `There is no ${blockHeader(override)} in the primary configuration files. An override file can only override what they define.`,
    override.headerRange,
  );
}

/** What two blocks must share to be the same thing; for providers that includes the alias. */
function identity(block: Block): string {
  const alias = block.type === 'provider' ? block.body.attributes.get('alias')?.value : undefined;
  return `${blockHeader(block)} ${alias?.kind === 'literal' ? alias.value : ''}`;
}

function overrideLocals(bodies: readonly Body[], override: Block): void {
  for (const [name, attribute] of override.body.attributes) {
    const locals = bodies.flatMap((body) => body.blocks).filter(({ type }) => type === 'locals');
    const base = locals.find((block) => block.body.attributes.has(name));
    if (base === undefined) {
      throw terraformError(
        'Missing base local value definition to override',
        `There is no local value named "${name}". An override file can only override a local value defined in a primary configuration file.`,
        attribute.nameRange,
      );
    }
    base.body.attributes.set(name, attribute);
  }
}

function mergeBodies(base: Body, override: Body): Body {
  const attributes = new Map([...base.attributes, ...override.attributes]);
  // `count` and `for_each` exclude each other, so one replaces the other.
  if (override.attributes.has('count')) attributes.delete('for_each');
  if (override.attributes.has('for_each')) attributes.delete('count');
  const replaced = new Set(override.blocks.map(nestedType));
  const kept = base.blocks.filter((block) => block.type === 'lifecycle' || !replaced.has(nestedType(block)));
  const blocks = [...kept];
  for (const block of override.blocks) {
    const lifecycle = block.type === 'lifecycle' ? blocks.findIndex(({ type }) => type === 'lifecycle') : -1;
    const earlier = blocks[lifecycle];
    if (earlier === undefined) blocks.push(block);
    else blocks[lifecycle] = { ...earlier, body: mergeBodies(earlier.body, block.body) };
  }
  return { attributes, blocks, range: base.range };
}

/** The type of the blocks that a block stands for: a `dynamic "rule"` replaces `rule` blocks and the reverse. */
function nestedType(block: Block): string {
  return block.type === 'dynamic' ? (block.labels[0] ?? '') : block.type;
}
