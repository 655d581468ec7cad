import path from 'node:path';
import colours from 'picocolors';
import { findPattern, readPattern } from '../../catalog/catalog.ts';
import { projectRoot } from '../../package/project.ts';
import { type Output, table } from '../output.ts';

/** `serverless-patterns show <pattern>` */
export async function show(output: Output, query: string): Promise<number> {
  const folder = findPattern(query);
  const pattern = await readPattern(folder);
  output.result({ ...pattern, name: folder.name, clouds: folder.clouds });
  const heading = (text: string) => `\n${colours.bold(text)}`;
  const bullets = (texts: readonly string[]) => texts.map((text) => `  - ${text}`).join('\n');
  output.text(colours.bold(`${folder.name}: ${pattern.title}`));
  output.text(`${pattern.intent}\n\n${pattern.summary.trim()}`);
  output.text(`${heading('When to use it')}\n${bullets(pattern.whenToUse)}`);
  output.text(`${heading('When not')}\n${bullets(pattern.whenNotToUse)}`);
  output.text(heading('Trade-offs'));
  output.text(bullets(pattern.tradeOffs.map(({ gain, price }) => `${gain} ${colours.dim(price)}`)));
  output.text(heading('What can fail'));
  output.text(
    bullets(pattern.failureModes.map(({ failure, handling }) => `${failure}. ${colours.dim(handling)}`)),
  );
  output.text(heading('Services'));
  output.text(table(folder.clouds.map((cloud) => [`  ${cloud}`, pattern.services[cloud].join(', ')])));
  output.text(`\nRun it:    serverless-patterns run ${folder.name} --cloud ${folder.clouds[0]}`);
  output.text(
    `Deploy it: cd ${path.relative(projectRoot, folder.directory)}/${folder.clouds[0]} && terraform init && terraform apply`,
  );
  return 0;
}
