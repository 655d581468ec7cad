import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { makeSet } from '../types/index.ts';
import { any, define, str } from './define.ts';
import { utf8 } from './encoding.ts';
import { fileSet } from './fileset.ts';
import { type FunctionContext, FunctionError, type TerraformFunction } from './function.ts';
import { templateVariables } from './template.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "Filesystem Functions". Results have forward slashes. */
export const filesystemFunctions: Record<string, TerraformFunction> = {
  abspath: define([str('path')], ([file], { baseDirectory }) =>
    forwardSlashes(path.resolve(baseDirectory, file)),
  ),
  basename: define([str('path')], ([file]) => (/^\/+$/.test(file) ? '/' : path.posix.basename(file) || '.')),
  dirname: define([str('path')], ([file]) => parentOf(file)),
  file: define([str('path')], ([file], context) => readText(file, context)),
  filebase64: define([str('path')], ([file], context) => readBytes(file, context).toString('base64')),
  fileexists: define([str('path')], ([file], context) => {
    const stats = statSync(absolutePath(file, context), { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (stats.isFile()) return true;
    const kind = stats.isDirectory() ? 'a directory' : 'an irregular file';
    throw new FunctionError(`${JSON.stringify(path.posix.normalize(file))} is ${kind}, not a file`);
  }),
  fileset: define([str('path'), str('pattern')], ([directory, pattern], context) =>
    makeSet(fileSet(absolutePath(directory, context), directory, pattern)),
  ),
  pathexpand: define([str('path')], ([file]) => expandHome(file)),
  templatefile: define([str('path'), any('vars')], ([file, variables], context) => {
    const text = readText(file, context);
    return context.renderTemplate(text, templateVariables(variables), file);
  }),
};

/** Unlike in Node, the parent of `a/b/` is `a/b`. */
function parentOf(file: string): string {
  const directory = path.posix.normalize(file.slice(0, file.lastIndexOf('/') + 1));
  return directory.length > 1 && directory.endsWith('/') ? directory.slice(0, -1) : directory;
}

function forwardSlashes(file: string): string {
  return file.split(path.sep).join('/');
}

function expandHome(file: string): string {
  if (file === '~' || file.startsWith('~/')) return forwardSlashes(path.join(homedir(), file.slice(1)));
  if (file.startsWith('~')) throw new FunctionError('cannot expand user-specific home dir');
  return file;
}

/** Where a path that a function was given leads: `~` is the home directory, a relative one starts at the base. */
export function absolutePath(file: string, { baseDirectory }: FunctionContext): string {
  return path.resolve(baseDirectory, expandHome(file));
}

function readText(file: string, context: FunctionContext): string {
  const remedy =
    'use the filebase64 function to obtain the Base64 encoded contents or the other file functions';
  const hashes = '(e.g. filemd5, filesha256) to obtain file hashing results instead';
  const problem = `contents of ${JSON.stringify(file)} are not valid UTF-8; ${remedy} ${hashes}`;
  return utf8(readBytes(file, context), problem);
}

function readBytes(file: string, context: FunctionContext): Buffer {
  try {
    return context.readFile(absolutePath(file, context));
  } catch (error) {
    throw readProblem(error, file);
  }
}

function readProblem(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') {
    return new FunctionError(`failed to read file: read ${path.posix.normalize(file)}: is a directory`, 0);
  }
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return error;
  const scope =
    'this function works only with files that are distributed as part of the configuration source code';
  const remedy =
    'if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource';
  return new FunctionError(
    `no file exists at ${JSON.stringify(path.posix.normalize(file))}; ${scope}, so ${remedy}`,
    0,
  );
}
