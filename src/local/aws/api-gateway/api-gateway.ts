import type { StackResource } from '../../../terraform/stack.ts';
import { ConfigurationError } from '../../engine/read-resource.ts';
import type { JwtAuthorizer } from './authorizer.ts';
import type { Cors } from './cors.ts';
import { HttpApi, type HttpApiSurroundings, type Integration } from './http-api.ts';

interface ApiParts {
  http: HttpApi;
  enabled: boolean;
  integrations: Map<string, Integration>;
  authorizers: Map<string, JwtAuthorizer>;
}

export interface ApiGatewaySurroundings extends HttpApiSurroundings {
  /** Where an access log with this destination goes. */
  accessLogWriter(logGroupArn: string): (line: string) => void;
}

/** All HTTP APIs of one account and region. */
export class ApiGateway {
  readonly #apis = new Map<string, ApiParts>();
  readonly #surroundings: ApiGatewaySurroundings;

  constructor(surroundings: ApiGatewaySurroundings) {
    this.#surroundings = surroundings;
  }

  /** The APIs that have an endpoint of their own, in the order of their creation. */
  get apis(): HttpApi[] {
    return [...this.#apis.values()].filter((api) => api.enabled).map((api) => api.http);
  }

  createApi(definition: { id: string; name: string; enabled: boolean; cors: Cors | undefined }): void {
    const http = new HttpApi(definition, this.#surroundings);
    http.cors = definition.cors;
    this.#apis.set(definition.id, {
      http,
      enabled: definition.enabled,
      integrations: new Map(),
      authorizers: new Map(),
    });
  }

  /** @throws ConfigurationError when `resource` names an API that the stack does not make */
  api(resource: StackResource, id: string): ApiParts {
    const api = this.#apis.get(id);
    if (!api) throw new ConfigurationError(resource, `api_id ${id} is no API of this stack`);
    return api;
  }

  accessLogWriter(logGroupArn: string): (line: string) => void {
    return this.#surroundings.accessLogWriter(logGroupArn);
  }

  /** The API whose host name the request was sent to: `{api id}.execute-api.{region}.amazonaws.com`. */
  apiOfHost(host: string): HttpApi | undefined {
    const api = this.#apis.get(host.split('.', 1)[0] ?? '');
    return api?.enabled && host === api.http.domainName ? api.http : undefined;
  }
}
