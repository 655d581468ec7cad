import path from 'node:path';
import { findPattern, patternFolders } from '../../catalog/catalog.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import { projectRoot } from '../../package/project.ts';
import { type Output, table } from '../output.ts';

/** `serverless-patterns build [pattern]` */
export async function build(
  output: Output,
  options: { pattern: string | undefined; clouds: readonly Cloud[] },
): Promise<number> {
  const folders = options.pattern === undefined ? patternFolders() : [findPattern(options.pattern)];
  const wanted = folders.flatMap((folder) =>
    folder.clouds.filter((cloud) => options.clouds.includes(cloud)).map((cloud) => ({ folder, cloud })),
  );
  const results = await Promise.all(wanted.map(({ folder, cloud }) => buildPackage(folder.name, cloud)));
  output.result(results);
  output.text(
    table(
      results.map(({ file, sizeBytes, built }) => [
        path.relative(projectRoot, file),
        `${Math.ceil(sizeBytes / 1024)} kB`,
        built ? 'built' : 'unchanged',
      ]),
    ),
  );
  return 0;
}
