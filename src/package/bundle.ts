import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Cloud } from './clouds.ts';
import { projectRoot } from './project.ts';

export interface Bundle {
  /** Path inside the package, content. */
  files: Map<string, Uint8Array>;
  /** Absolute paths of the files it was made of, without those under node_modules. */
  inputs: string[];
}

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  minify: true,
  // Function, class and error names stay readable in logs and stack traces.

  legalComments: 'none',
  charset: 'utf8',
  absWorkingDir: projectRoot,
  // ES module builds of the SDKs shake better: a third less to load at a cold start.
  mainFields: ['module', 'main'],
  metafile: true,
  write: false,
  logLevel: 'silent',
};

const perCloud: Record<Cloud, BuildOptions & { outfile: string }> = {
  aws: {
    outfile: 'index.mjs',
    format: 'esm',
    // CommonJS dependencies inside an ES module still call require for Node's own modules.
    banner: {
      js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
    },
  },
  azure: {
    outfile: 'index.js',
    format: 'cjs',
    // The Functions worker supplies this module at run time.
    external: ['@azure/functions-core'],
    ...importMetaForCommonJs(),
  },
  gcp: {
    outfile: 'index.js',
    format: 'cjs',
    // The buildpack starts the framework, which registers functions in a module of its own: there must be one copy.
    external: ['@google-cloud/functions-framework'],
    ...importMetaForCommonJs(),
  },
};

/** Bundles one handler into what its cloud deploys. Throws esbuild's BuildFailure for code that does not compile. */
export async function bundleHandler(handlerFile: string, cloud: Cloud): Promise<Bundle> {
  const { outfile, ...options } = perCloud[cloud];
  const result = await build({ ...shared, ...options, entryPoints: [handlerFile], outfile });
  const [output] = result.outputFiles ?? [];
  if (!output) throw new Error(`esbuild returned no output for ${handlerFile}`);
  const inputs = Object.keys(result.metafile?.inputs ?? {})
    .filter((input) => !input.includes('node_modules/'))
    .map((input) => path.resolve(projectRoot, input));
  const files = new Map<string, Uint8Array>([[outfile, output.contents]]);
  if (cloud === 'azure') {
    const hostFile = path.join(path.dirname(handlerFile), 'host.json');
    files.set('host.json', await readFile(hostFile));
    files.set('package.json', packageJson({ main: outfile }));
    inputs.push(hostFile);
  }
  if (cloud === 'gcp') {
    const framework = '@google-cloud/functions-framework';
    const dependencies = { [framework]: await installedVersion(framework) };
    files.set('package.json', packageJson({ main: outfile, dependencies }));
  }
  return { files, inputs };
}

function packageJson(members: object): Uint8Array {
  return Buffer.from(
    `${JSON.stringify({ name: 'function', version: '1.0.0', private: true, ...members }, null, 2)}\n`,
  );
}

async function installedVersion(name: string): Promise<string> {
  const file = path.join(projectRoot, 'node_modules', name, 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** Some SDKs call createRequire(import.meta.url), which CommonJS does not have. */
function importMetaForCommonJs(): BuildOptions {
  return {
    define: { 'import.meta.url': '$importMetaUrl' },
    banner: { js: "const $importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  };
}
