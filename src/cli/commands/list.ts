import { patternFolders, readPattern } from '../../catalog/catalog.ts';
import { type Output, table } from '../output.ts';

/** `serverless-patterns list` */
export async function list(output: Output): Promise<number> {
  const patterns = await Promise.all(
    patternFolders().map(async (folder) => {
      const pattern = await readPattern(folder);
      return {
        name: folder.name,
        title: pattern.title,
        category: pattern.category,
        intent: pattern.intent,
        clouds: folder.clouds,
      };
    }),
  );
  output.result(patterns);
  output.text(table(patterns.map(({ name, clouds, intent }) => [name, clouds.join(' '), intent])));
  return 0;
}
