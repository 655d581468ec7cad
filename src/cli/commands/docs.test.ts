import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../../package/project.ts';
import { type GeneratedFile, generatedFiles } from './docs.ts';

let files: GeneratedFile[];
beforeAll(async () => {
  files = await generatedFiles();
});

test('every README says what the catalogue and the Terraform say now', () => {
  const stale = files.filter(({ fresh }) => !fresh).map(({ file }) => path.relative(projectRoot, file));
  expect(stale, 'refresh them with: npx serverless-patterns docs').toEqual([]);
});

test('every relative link in them leads to a file', () => {
  const broken = files.flatMap(({ file, content }) =>
    [...content.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(path.resolve(path.dirname(file), target)))
      .map((target) => `${path.relative(projectRoot, file)}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('the quick start of the first pattern on AWS stands in its README word for word', () => {
  const readme = readFileSync(path.join(projectRoot, 'src/patterns/01-rest-api-backend/README.md'), 'utf8');
  expect(readme).toContain(
    `
cd src/patterns/01-rest-api-backend/aws/
terraform init
terraform apply -var="project_name=acme" -var="environment=staging"
API_URL=$(terraform output -raw api_gateway_url)
curl -X POST "$API_URL/items" -H "Content-Type: application/json" -d '{"name": "Test Item", "price": 29.99}'
`,
  );
});

test('no table in them has a row of another width than its header', () => {
  const columns = (line: string) => line.replaceAll('\\|', '').split('|').length;
  for (const { file, content } of files) {
    for (const table of content.match(/(?:^\|.*\n)+/gm) ?? []) {
      const widths = new Set(table.trimEnd().split('\n').map(columns));
      expect([...widths], `${path.relative(projectRoot, file)}:\n${table}`).toHaveLength(1);
    }
  }
});
