import type { WireResponse } from '../../engine/wire.ts';

const pages = {
  401: [
    'Unauthorized',
    (path: string) => `Your client does not have permission to the requested URL <code>${path}</code>.`,
  ],
  403: [
    'Forbidden',
    (path: string) =>
      `Your client does not have permission to get URL <code>${path}</code> from this server.`,
  ],
  404: ['Page not found', () => 'The requested URL was not found on this server.'],
  413: ['Request Entity Too Large', () => 'Your client issued a request that was too large.'],
  500: ['Server Error', () => 'The server encountered an error and could not complete your request.'],
} as const satisfies Record<number, readonly [string, (path: string) => string]>;

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page that Cloud Run's front end answers with by itself. */
export function errorPage(status: keyof typeof pages, path: string): WireResponse {
  const [title, text] = pages[status];
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=UTF-8',
      ...(status === 401 && {
        'www-authenticate':
          'Bearer error="invalid_token" error_description="The access token could not be verified"',
      }),
    },
    body: `
<html><head>
<meta http-equiv="content-type" content="text/html;charset=utf-8">
<title>${status} ${title}</title>
</head>
<body text=#000000 bgcolor=#ffffff>
<h1>Error: ${title}</h1>
<h2>${text(escaped(path))}</h2>
<h2></h2>
</body></html>
`,
  };
}
