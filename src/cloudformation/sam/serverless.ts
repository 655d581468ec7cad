// The transform AWS::Serverless-2016-10-31: resources of SAM as those of CloudFormation that they stand for.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
import type { Places } from '../places.ts';
import { type Given, givenIn } from '../property.ts';
import type { TemplateResource } from '../template-resource.ts';
import { isObject, type TemplateObject, type TemplateValue } from '../template-value.ts';
import { expandFunction } from './function.ts';
import { withGlobals } from './globals.ts';
import { expandHttpApi, implicitApiId } from './http-api.ts';
import { expandSimpleTable } from './simple-table.ts';

/** A route that an event of a function adds to an API. */
export interface EventRoute {
  path: string;
  method: string;
  operation: TemplateObject;
  routeSettings?: TemplateValue;
  given: Given;
}

/** A template on its way from SAM to CloudFormation. */
export interface Transform {
  places: Places;
  resources: Map<string, TemplateResource>;
  /** Names that SAM has for what it generates: `Function.Alias` is the logical id of the alias. */
  referable: Map<string, string>;
  /** By the logical id of the API. */
  routes: Map<string, EventRoute[]>;
  /** Adds what `origin` stands for; an error in it is shown at the origin. */
  generate(
    origin: Given,
    logicalId: string,
    type: string,
    properties: TemplateObject,
    dependsOn?: string[],
  ): TemplateObject;
}

type Expand = (resource: TemplateResource, given: Given, transform: Transform) => void;

/** APIs come last: functions give them their routes. */
const expansions: Record<string, Expand> = {
  'AWS::Serverless::Function': expandFunction,
  'AWS::Serverless::SimpleTable': expandSimpleTable,
  'AWS::Serverless::HttpApi': expandHttpApi,
};

/** The properties of a SAM resource, for its errors. */
const propertiesOf = ({ properties, place }: TemplateResource, places: Places): Given =>
  givenIn({}, 'Properties', properties, places, place);

export function expandServerless(
  resources: readonly TemplateResource[],
  globals: TemplateValue | undefined,
  places: Places,
): Pick<Transform, 'resources' | 'referable'> {
  const transform: Transform = {
    places,
    resources: new Map(resources.map((resource) => [resource.logicalId, resource])),
    referable: new Map(),
    routes: new Map(),
    generate({ position, path }, logicalId, type, properties, dependsOn = []) {
      transform.resources.set(logicalId, {
        logicalId,
        type,
        properties,
        dependsOn,
        place: { position, path: `${path} (${logicalId})` },
      });
      return { Ref: logicalId };
    },
  };
  const serverless = withGlobals(resources, globals, places);
  for (const resource of serverless) {
    if (expansions[resource.type]) continue;
    throw propertiesOf(resource, places).refuse(`${resource.type} is not supported by the local cloud`);
  }
  for (const [type, expand] of Object.entries(expansions)) {
    for (const resource of serverless.filter((each) => each.type === type))
      expand(resource, propertiesOf(resource, places), transform);
    // Between functions and APIs: the API that events without one share.
    const [first] = transform.routes.get(implicitApiId) ?? [];
    if (type === 'AWS::Serverless::SimpleTable' && first)
      addImplicitApi(first, serverless, globals, transform);
  }
  return transform;
}

function addImplicitApi(
  { given }: EventRoute,
  serverless: TemplateResource[],
  globals: TemplateValue | undefined,
  { places, resources }: Transform,
): void {
  if (resources.has(implicitApiId)) return;
  const api: TemplateResource = {
    logicalId: implicitApiId,
    type: 'AWS::Serverless::HttpApi',
    properties: {},
    dependsOn: [],
    place: { position: given.position, path: `${given.path} (${implicitApiId})` },
  };
  resources.set(implicitApiId, api);
  serverless.push(...withGlobals([api], globals, places));
}

/** The members of an object, all of them among `names`. @throws TemplateError for another one */
export function membersOf<Name extends string>(
  given: Given,
  names: readonly Name[],
): Partial<Record<Name, TemplateValue>> {
  if (!isObject(given.value)) throw given.refuse('must be an object');
  for (const [name, value] of Object.entries(given.value))
    if (!(names as readonly string[]).includes(name))
      throw given.member(name, value).refuse('this property is not supported by the local cloud');
  return given.value as Partial<Record<Name, TemplateValue>>;
}

/** Those members that are there. */
export function present(members: Record<string, TemplateValue | undefined>): TemplateObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, TemplateValue] => entry[1] !== undefined),
  );
}

/** Tags of SAM are an object; `lambda:createdBy` is SAM's own. */
export function tagList(createdBy: string | undefined, tags: TemplateValue | undefined): TemplateValue[] {
  return [
    ...(createdBy === undefined ? [] : [{ Key: createdBy, Value: 'SAM' }]),
    ...(isObject(tags) ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : []),
  ];
}
