import type { PatternFolder } from '../catalog.ts';
import { curlCommand } from '../curl.ts';
import type { Pattern } from '../pattern.ts';
import { type CloudPart, cloudNames, quickStartEnvironment } from './clouds.ts';
import { blocks, fenced, heading } from './markdown.ts';

/** Running it here, and deploying it there. */
export function quickStart({ name }: PatternFolder, pattern: Pattern, parts: readonly CloudPart[]): string {
  const number = name.slice(0, 2);
  // The first call shows that it works; `run` prints all of them.
  const calls = pattern.calls.slice(0, 1).map((call) => curlCommand(call, '$API_URL'));
  const local = parts.map(({ cloud }) => `npm start -- ${number} --cloud ${cloud}`);
  return blocks(
    heading(3, 'On this machine'),
    'No cloud account, no Docker: the local cloud reads the same Terraform that deploys the pattern.',
    fenced(
      'sh',
      ['npm ci', ...local.map((command, at) => (at === 0 ? command : `# or: ${command}`))].join('\n'),
    ),
    calls.length === 0 ? undefined : 'From another terminal:',
    calls.length === 0 ? undefined : fenced('sh', ['API_URL=http://127.0.0.1:3000', ...calls].join('\n')),
    heading(3, 'In the cloud'),
    'Terraform deploys the built packages of the functions, so build them first:',
    fenced('sh', `npm ci && npm run build -- ${number}`),
    ...parts.map((part) =>
      blocks(`**${cloudNames[part.cloud]}**`, fenced('sh', deployment(name, part, calls))),
    ),
  );
}

function deployment(name: string, { cloud, configuration }: CloudPart, calls: readonly string[]): string {
  const { variables, outputs } = configuration;
  const required = variables.filter((variable) => variable.default === undefined);
  const hasEnvironment = variables.some((variable) => variable.name === 'environment');
  const settings = [
    ...required.map((variable) => `-var="${variable.name}=${exampleOf(variable.name)}"`),
    ...(hasEnvironment ? [`-var="environment=${quickStartEnvironment}"`] : []),
  ];
  const url = ['api_gateway_url', 'api_url'].find((output) => outputs.some((each) => each.name === output));
  const signIn: Record<typeof cloud, string[]> = {
    aws: [],
    azure: ['az login', 'export ARM_SUBSCRIPTION_ID=$(az account show --query id --output tsv)'],
    gcp: ['gcloud auth application-default login'],
  };
  return [
    ...signIn[cloud],
    `cd src/patterns/${name}/${cloud}/`,
    'terraform init',
    `terraform apply ${settings.join(' ')}`,
    ...(url === undefined || calls.length === 0 ? [] : [`API_URL=$(terraform output -raw ${url})`, ...calls]),
  ].join('\n');
}

const exampleOf = (variable: string): string =>
  variable === 'project_name' ? 'acme' : `your-${variable.replaceAll('_', '-')}`;
