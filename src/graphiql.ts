/** GraphiQL, served whole from this process: no other host, no inline script, no eval. */

import { createHash } from 'node:crypto';

/** A ready-made tab. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** The folder that its files are in. */
export const ASSETS = '/graphiql/';

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

/** A file as a browser gets it. */
export interface Asset {
  readonly body: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly etag: string;
}

/** The page for its own path, `GRAPHIQL_PAGE`; undefined for a path that is none of its files. */
export type GraphiQL = (path: string) => Promise<Asset | undefined>;

/** GraphiQL for the API at `endpoint`, opened with these tabs. */
export function createGraphiQL(endpoint: string, tabs: readonly Tab[]): GraphiQL {
  let files: Promise<Map<string, Asset>> | undefined;
  return async (path) => {
    files ??= loadAssets(endpoint, tabs);
    return (await files).get(path);
  };
}

export const GRAPHIQL_PAGE = `${ASSETS}index.html`;

/** The bundle is megabytes, so it is loaded when somebody opens it and not when the server starts. */
async function loadAssets(endpoint: string, tabs: readonly Tab[]): Promise<Map<string, Asset>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const script = 'text/javascript; charset=utf-8';
  const options = { title: 'Paygraph', endpoint, defaultTabs: tabs, shouldPersistHeaders: false };
  return new Map([
    asset('index.html', 'text/html; charset=utf-8', PAGE_HTML),
    asset('style.css', 'text/css; charset=utf-8', bundle.css + STILL_TABS),
    asset('setup.js', script, SETUP_JS),
    asset('graphiql.js', script, bundle.js),
    asset('start.js', script, `YogaGraphiQL.renderYogaGraphiQL(root, ${JSON.stringify(options)});\n`),
    asset('editorWorkerService.js', script, bundle.editorWorkerService),
    asset('json.js', script, bundle.jsonWorker),
    asset('graphql.js', script, bundle.graphqlWorker),
  ]);
}

function asset(name: string, type: string, body: string): [path: string, file: Asset] {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  const headers = [
    ...['content-type', type],
    ...['content-security-policy', POLICY],
    ...['x-content-type-options', 'nosniff'],
    ...['referrer-policy', 'no-referrer'],
    ...['cache-control', 'no-cache'],
    ...['etag', etag],
    ...['vary', 'accept'],
  ];
  return [ASSETS + name, { body, headers, etag }];
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
