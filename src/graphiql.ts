/** GraphiQL, served whole from this process: no other host, no inline script, no eval. */

import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

/** A ready-made tab. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

const ASSETS = '/graphiql/';

// Styles are inline because the editor positions its lines by style attributes; scripts and workers are files of
// this server only.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers browsers at `endpoint` with GraphiQL and these tabs; everything else passes. */
export function useGraphiQL(endpoint: string, tabs: readonly Tab[]): Plugin {
  let files: Promise<Map<string, Asset>> | undefined;
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      const wantsPage = url.pathname === endpoint && request.headers.get('accept')?.includes('text/html');
      if (request.method !== 'GET' || (!wantsPage && !url.pathname.startsWith(ASSETS))) return;
      files ??= loadAssets(endpoint, tabs);
      const asset = (await files).get(wantsPage ? PAGE : url.pathname);
      if (!asset) return endResponse(new fetchAPI.Response('Not found\n', { status: 404 }));

      const headers = {
        'content-type': asset.type,
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        etag: asset.etag,
        vary: 'accept',
      };
      const known = request.headers.get('if-none-match') === asset.etag;
      endResponse(new fetchAPI.Response(known ? null : asset.body, { status: known ? 304 : 200, headers }));
    },
  };
}

interface Asset {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

const PAGE = `${ASSETS}index.html`;

/** The bundle is megabytes, so it is loaded when somebody opens it and not when the server starts. */
async function loadAssets(endpoint: string, tabs: readonly Tab[]): Promise<Map<string, Asset>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const script = 'text/javascript; charset=utf-8';
  const options = { title: 'Paygraph', endpoint, defaultTabs: tabs, shouldPersistHeaders: false };
  return new Map(
    [
      asset('index.html', 'text/html; charset=utf-8', PAGE_HTML),
      asset('style.css', 'text/css; charset=utf-8', bundle.css + STILL_TABS),
      asset('setup.js', script, SETUP_JS),
      asset('graphiql.js', script, bundle.js),
      asset('start.js', script, `YogaGraphiQL.renderYogaGraphiQL(root, ${JSON.stringify(options)});\n`),
      asset('editorWorkerService.js', script, bundle.editorWorkerService),
      asset('json.js', script, bundle.jsonWorker),
      asset('graphql.js', script, bundle.graphqlWorker),
    ].map((file) => [file.path, file]),
  );
}

function asset(name: string, type: string, body: string) {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  return { path: ASSETS + name, type, body, etag };
}

const PAGE_HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Paygraph</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${ASSETS}style.css">
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script src="${ASSETS}setup.js"></script>
    <script src="${ASSETS}graphiql.js"></script>
    <script src="${ASSETS}start.js"></script>
  </body>
</html>
`;

// GraphiQL lets tabs be dragged, and at the first press on one moves it away from under the pointer, so that no click
// comes of it.
const STILL_TABS = '\n.graphiql-tab { transform: none !important; }\n';

const SETUP_JS = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => '${ASSETS}' + label + '.js',
};
`;
