import { startedUnits } from '../arithmetic.ts';
import { amount, charged, choice, defineService, optionalAmount, use } from '../service.ts';

/** Amazon API Gateway: HTTP, REST and WebSocket APIs. */
export const apigateway = defineService({
  cloud: 'aws',
  service: 'apigateway',
  title: 'Amazon API Gateway',
  page: 'https://aws.amazon.com/api-gateway/pricing/',
  inputs: {
    httpApiRequests: amount('requests', 'calls of HTTP APIs'),
    httpApiRequestKb: amount('KB', 'average size of a call, metered in units of 512 KB'),
    restApiRequests: charged(
      'rest_requests',
      'REST API requests',
      'requests',
      'calls of REST APIs, of any size',
    ),
    restApiCacheGb: choice(
      ['none', '0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'],
      'size of a REST API stage cache in GB',
    ),
    restApiCacheHours: optionalAmount('hours', 'how long the cache exists', 'the whole month'),
    websocketMessages: amount('messages', 'messages sent and received over WebSocket APIs'),
    websocketMessageKb: amount('KB', 'average size of a message, metered in units of 32 KB'),
    websocketConnectionMinutes: charged(
      'websocket_connection_minutes',
      'WebSocket connections',
      'minutes',
      'minutes that clients are connected, all together',
    ),
  },
  usages(input, month) {
    const cacheHours = input.restApiCacheHours ?? month.hours;
    return [
      use(
        'HTTP API requests',
        'http_requests',
        input.httpApiRequests.times(startedUnits(input.httpApiRequestKb, 512)),
      ),
      use(
        'WebSocket messages',
        'websocket_messages',
        input.websocketMessages.times(startedUnits(input.websocketMessageKb, 32)),
      ),
      ...(input.restApiCacheGb === 'none'
        ? []
        : [
            use(
              `REST API cache of ${input.restApiCacheGb} GB`,
              `cache_${input.restApiCacheGb}gb`,
              cacheHours,
            ),
          ]),
    ];
  },
});
