// Puts a reply on the wire: status, headers and the exact bytes of the body.
import type { ServerResponse } from 'node:http';
import { writeJson } from './json.ts';
import type { HtmlReply, Reply } from './provider.ts';

export interface Rendered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export function render(reply: Reply): Rendered {
  const html = 'html' in reply;
  const body = Buffer.from(html ? reply.html : writeJson(reply.json));
  return {
    status: reply.status,
    headers: {
      'content-type': html ? 'text/html; charset=UTF-8' : 'application/json',
      'content-length': String(body.length),
      ...reply.headers,
    },
    body,
  };
}

export function send(response: ServerResponse, rendered: Rendered): void {
  response.writeHead(rendered.status, rendered.headers);
  response.end(rendered.body);
}

/** The error page of a web server that stands in front of the provider. */
export function htmlPage(status: number, title: string): HtmlReply {
  const html = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n</body>\n</html>\n`;
  return { status, html };
}
