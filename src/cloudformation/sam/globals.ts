// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
import type { Places } from '../places.ts';
import type { TemplateResource } from '../template-resource.ts';
import { intrinsicOf, isObject, type TemplateValue } from '../template-value.ts';

const types: Record<string, string> = {
  Api: 'AWS::Serverless::Api',
  CapacityProvider: 'AWS::Serverless::CapacityProvider',
  Function: 'AWS::Serverless::Function',
  HttpApi: 'AWS::Serverless::HttpApi',
  LayerVersion: 'AWS::Serverless::LayerVersion',
  SimpleTable: 'AWS::Serverless::SimpleTable',
  StateMachine: 'AWS::Serverless::StateMachine',
};

/** The SAM resources of a template, each with what the template says for all of its type. */
export function withGlobals(
  resources: readonly TemplateResource[],
  globals: TemplateValue | undefined,
  places: Places,
): TemplateResource[] {
  const section = isObject(globals) ? globals : {};
  for (const name of Object.keys(section))
    if (!types[name])
      throw places.error(`Globals has no ${name}; it has ${Object.keys(types).join(', ')}`, section, name);
  return resources
    .filter(({ type }) => type.startsWith('AWS::Serverless::'))
    .map((resource) => {
      const name = Object.keys(types).find((key) => types[key] === resource.type) ?? '';
      const merged = merge(section[name] ?? {}, resource.properties, places);
      return isObject(merged) ? { ...resource, properties: merged } : resource;
    });
}

/** Objects are merged, lists follow each other, anything else of a resource replaces what is global. */
function merge(global: TemplateValue, local: TemplateValue, places: Places): TemplateValue {
  if (Array.isArray(global) && Array.isArray(local)) return places.inherit([...global, ...local], local);
  if (!isObject(global) || !isObject(local) || intrinsicOf(global) || intrinsicOf(local)) return local;
  const result = { ...global };
  for (const [key, value] of Object.entries(local))
    result[key] = key in global ? merge(global[key] ?? null, value, places) : value;
  return places.inherit(result, local);
}
