/**
 * Keeps a function from finding the `gcloud` of the machine it happens to run on. Google's auth library asks it for
 * the project before it asks the metadata server; a container has none, and neither project nor account of whoever
 * runs the stack locally must get into it. Runs inside an instance.
 */
import childProcess, { type ExecOptions } from 'node:child_process';

/** Must run before the function's code is loaded. */
export function hideGcloud(): void {
  const { exec } = childProcess;
  const execWithout = (command: string, ...rest: unknown[]) => {
    if (!/^\s*gcloud(\s|$)/.test(command)) return Reflect.apply(exec, childProcess, [command, ...rest]);
    const [options, callback]: unknown[] = typeof rest[0] === 'function' ? [{}, rest[0]] : rest;
    const { env = process.env, ...others }: ExecOptions = { ...(options ?? {}) };
    return Reflect.apply(exec, childProcess, [command, { ...others, env: { ...env, PATH: '' } }, callback]);
  };
  // With them goes what `promisify` asks for.
  Object.defineProperties(execWithout, Object.getOwnPropertyDescriptors(exec));
  Object.assign(childProcess, { exec: execWithout });
}
