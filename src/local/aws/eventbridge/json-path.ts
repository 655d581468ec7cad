/**
 * Reads the paths that EventBridge takes in `input_path` and `input_paths`: `$`, `$.detail.items[0].id`.
 * @throws Error for anything else
 */
export function parseJsonPath(text: string): (value: unknown) => unknown {
  if (!/^\$(?:\.[\w$-]+|\[\d+\]|\['[^']+'\])*$/.test(text))
    throw new Error(`${text} is not a path that runs locally: write $.name, $.name[0] or $['name']`);
  const steps = [...text.matchAll(/\.([\w$-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );
  return (value) =>
    steps.reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
      value,
    );
}
