import { readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { terraformError } from '../diagnostics.ts';
import { parseFile } from '../parser/body.ts';
import { SourceFile } from '../source.ts';
import type { ModuleConfiguration } from './configuration.ts';
import { decodeModule } from './decode.ts';
import { applyOverrides } from './override.ts';

/** A module call with the configuration of the module, and those it calls itself. The root has no call and no path. */
export interface ModuleNode {
  /** Names of the calls, outermost first. */
  path: string[];
  directory: string;
  /** `path.module`: relative to the root directory, `.` for the root itself. */
  relativeDirectory: string;
  configuration: ModuleConfiguration;
  parent: ModuleNode | undefined;
  children: Map<string, ModuleNode>;
}

/** Reads the root module and all local modules that it calls. Throws `TerraformError`. */
export function loadModules(rootDirectory: string, readFile: (path: string) => Buffer): ModuleNode {
  const loaded = new Map<string, ModuleConfiguration>();
  const configurationOf = (directory: string): ModuleConfiguration => {
    let configuration = loaded.get(directory);
    if (configuration === undefined) {
      configuration = loadDirectory(directory, rootDirectory, readFile);
      loaded.set(directory, configuration);
    }
    return configuration;
  };
  const load = (directory: string, path: string[], parent: ModuleNode | undefined): ModuleNode => {
    const relativeDirectory = fileLabel(rootDirectory, directory) || '.';
    const configuration = configurationOf(directory);
    const node: ModuleNode = {
      path,
      directory,
      relativeDirectory,
      configuration,
      parent,
      children: new Map(),
    };
    for (const call of configuration.modules.values()) {
      const target = resolve(directory, call.source);
      for (let outer: ModuleNode | undefined = node; outer !== undefined; outer = outer.parent) {
        if (outer.directory !== target) continue;
        throw terraformError(
          'Module calls itself',
          `The module "${call.name}" is in ${call.source}, the directory of a module around it, so it would contain itself without end.`,
          call.range,
        );
      }
      if (!isDirectory(target)) {
        throw terraformError(
          'Unreadable module directory',
          `Unable to evaluate directory symlink: there is no directory ${fileLabel(rootDirectory, target)} for module "${call.name}".`,
          call.range,
        );
      }
      node.children.set(call.name, load(target, [...path, call.name], node));
    }
    return node;
  };
  return load(rootDirectory, [], undefined);
}

function isDirectory(path: string): boolean {
  return filesIn(path) !== undefined;
}

function filesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return undefined;
  }
}

function loadDirectory(
  directory: string,
  rootDirectory: string,
  readFile: (path: string) => Buffer,
): ModuleConfiguration {
  const names = filesIn(directory);
  if (names === undefined) {
    throw terraformError(
      'Failed to read module directory',
      `There is no directory ${directory}, or it cannot be read.`,
    );
  }
  const visible = names.filter((name) => !name.startsWith('.') && !name.endsWith('~'));
  const json = visible.find((name) => name.endsWith('.tf.json'));
  if (json !== undefined) {
    throw terraformError(
      'Unsupported configuration syntax',
      `${fileLabel(rootDirectory, join(directory, json))} is written in JSON syntax, which is not supported here. Write it in the native syntax, as a .tf file.`,
    );
  }
  const files = visible.filter((name) => name.endsWith('.tf'));
  if (files.length === 0) {
    throw terraformError(
      'No configuration files',
      `The directory ${fileLabel(rootDirectory, directory) || directory} contains no Terraform configuration files (*.tf).`,
    );
  }
  const parse = (name: string) => {
    const path = join(directory, name);
    return parseFile(new SourceFile(fileLabel(rootDirectory, path), readFile(path).toString('utf8')));
  };
  const isOverride = (name: string) => name === 'override.tf' || name.endsWith('_override.tf');
  const primary = files.filter((name) => !isOverride(name)).map(parse);
  return decodeModule(applyOverrides(primary, files.filter(isOverride).map(parse)));
}

function slashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

/** How messages name a file: relative to the root directory, with forward slashes. */
export function fileLabel(rootDirectory: string, path: string): string {
  return slashes(relative(rootDirectory, path));
}
