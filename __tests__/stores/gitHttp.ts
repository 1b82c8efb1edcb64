import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a token may do; a request without any is answered 401, a push without `write` 403, as GitHub does. */
export interface GitHttpOptions { readonly root: string; readonly tokens: Readonly<Record<string, 'read' | 'write'>> }
export interface GitHttp { readonly url: string; readonly requests: string[]; close(): Promise<void> }

/** Real git over real HTTP on the loopback: a bridge to `git http-backend`. */
export async function startGitHttp(options: GitHttpOptions): Promise<GitHttp> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response, options);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => { resolve(); }); }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, { root, tokens }: GitHttpOptions): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':')[1];
  const level = token === undefined ? undefined : tokens[token];
  const writes = url.pathname.endsWith('/git-receive-pack') || url.searchParams.get('service') === 'git-receive-pack';
  if (level === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Invalid username or token.\n');
  } else if (writes && level !== 'write') {
    response.writeHead(403).end('Write access to repository not granted.\n');
  } else {
    bridge(request, response, { root, url });
  }
}

function bridge(request: IncomingMessage, response: ServerResponse, { root, url }: { root: string; url: URL }): void {
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'], HOME: root, GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'writer', REMOTE_ADDR: '127.0.0.1',
      PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
      GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.receivepack', GIT_CONFIG_VALUE_0: 'true',
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const headers = whole.toString('latin1', 0, Math.max(end, 0)).split('\r\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]);
    const status = Number.parseInt(headers.find(([name]) => /^status$/i.test(name))?.[1] ?? (end < 0 ? '500' : '200'), 10);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== '' && !/^status$/i.test(name)))).end(whole.subarray(end + 4));
  });
}
