import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Enough of the Actions results service for @actions/artifact 6: create, upload in one or many blocks, finalize, list, sign, download. */
export interface ArtifactServer {
  readonly url: string;
  readonly artifacts: { readonly id: number; readonly run: string; readonly name: string; bytes: Buffer; final: boolean }[];
  /** Environment that a job of this run gets. */
  env(run: string): Readonly<Record<string, string>>;
  /** Address of stored bytes, as the REST API would redirect to. */
  blobUrl(id: number): string;
  /** Puts an artifact in place, as a job that we do not control could. */
  plant(run: string, name: string, bytes: Uint8Array): number;
  /** Answer every request with this status from now on; undefined ends it. */
  failWith(status: number | undefined): void;
  close(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;
const text = (fields: Fields, name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');

export async function startArtifacts(): Promise<ArtifactServer> {
  const artifacts: ArtifactServer['artifacts'] = [];
  const blocks = new Map<string, Buffer>();
  let broken: number | undefined;
  const twirp = (method: string, fields: Fields, base: string): [number, object] => {
    const run = text(fields, 'workflow_run_backend_id');
    const name = text(fields, 'name');
    const ofRun = artifacts.filter((artifact) => artifact.run === run && artifact.final);
    switch (method) {
      case 'CreateArtifact': {
        if (ofRun.some((artifact) => artifact.name === name)) return [409, { msg: 'an artifact with this name already exists on the workflow run' }];
        artifacts.push({ id: artifacts.length + 1, run, name, bytes: Buffer.alloc(0), final: false });
        return [200, { ok: true, signed_upload_url: `${base}/blob/${artifacts.length}?sig=secret-signature` }];
      }
      case 'FinalizeArtifact': {
        const found = artifacts.findLast((artifact) => artifact.run === run && artifact.name === name && !artifact.final);
        const hash = fields['hash'];
        if (found === undefined) return [404, { msg: 'no such artifact' }];
        if (text(fields, 'size') !== String(found.bytes.length)) return [400, { msg: 'size differs' }];
        if (hash !== undefined && hash !== `sha256:${createHash('sha256').update(found.bytes).digest('hex')}`) return [400, { msg: 'hash differs' }];
        found.final = true;
        return [200, { ok: true, artifact_id: String(found.id) }];
      }
      case 'ListArtifacts': {
        const filter = fields['name_filter'];
        return [200, { artifacts: ofRun.filter((artifact) => filter === undefined || artifact.name === filter).map((artifact) => ({
          workflow_run_backend_id: run, workflow_job_run_backend_id: text(fields, 'workflow_job_run_backend_id'), database_id: String(artifact.id), name: artifact.name, size: String(artifact.bytes.length), created_at: '2026-01-01T00:00:00Z',
        })) }];
      }
      case 'GetSignedArtifactURL': {
        const found = ofRun.find((artifact) => artifact.name === name);
        return found === undefined ? [404, { msg: 'no such artifact' }] : [200, { signed_url: `${base}/blob/${found.id}?sig=secret-signature` }];
      }
      default: return [404, { msg: `no method ${method}` }];
    }
  };
  const handle = (request: IncomingMessage, body: Buffer): [number, object | Buffer, string?] => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'x'}`);
    if (broken !== undefined) return [broken, { msg: 'out of order' }];
    const method = /^\/twirp\/github\.actions\.results\.api\.v1\.ArtifactService\/(\w+)$/.exec(url.pathname)?.[1];
    if (method !== undefined) {
      const signed = /^Bearer .+\..+\../.test(request.headers.authorization ?? '');
      return signed ? twirp(method, JSON.parse(body.toString()) as Fields, url.origin) : [401, { msg: 'no token' }];
    }
    const artifact = artifacts[Number(/^\/blob\/(\d+)$/.exec(url.pathname)?.[1]) - 1];
    if (artifact === undefined || url.searchParams.get('sig') !== 'secret-signature') return [403, { msg: 'no such blob, or not signed' }];
    if (request.method === 'GET') return [200, artifact.bytes, artifact.name];
    if (url.searchParams.get('comp') === 'block') blocks.set(`${artifact.id} ${url.searchParams.get('blockid') ?? ''}`, body);
    else if (url.searchParams.get('comp') === 'blocklist') artifact.bytes = Buffer.concat([...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id]) => blocks.get(`${artifact.id} ${id ?? ''}`) ?? Buffer.alloc(0)));
    else if (request.headers['x-ms-blob-type'] !== 'BlockBlob') return [400, { msg: 'x-ms-blob-type is missing' }];
    else artifact.bytes = body;
    return [201, {}];
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const [status, body, name] = handle(request, Buffer.concat(chunks));
      const zip = Buffer.isBuffer(body);
      response.writeHead(status, zip ? { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name ?? ''}.zip"` } : { 'content-type': 'application/json' });
      response.end(zip ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url, artifacts,
    env: (run) => ({ ACTIONS_RUNTIME_TOKEN: `${part({ alg: 'none' })}.${part({ scp: `Actions.Example Actions.Results:${run}:job-1` })}.x`, ACTIONS_RESULTS_URL: `${url}/` }),
    blobUrl: (id) => `${url}/blob/${id}?sig=secret-signature`,
    plant: (run, name, bytes) => artifacts.push({ id: artifacts.length + 1, run, name, bytes: Buffer.from(bytes), final: true }),
    failWith: (status) => { broken = status; },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
