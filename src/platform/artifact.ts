import { HttpClient, type HttpClientResponse } from '@actions/http-client';
import { strToU8, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { UserError } from '../model/errors.js';

/**
 * The artifacts of the run we are in, through the service behind ACTIONS_RESULTS_URL (protocol 4, that of @actions/artifact 6,
 * which the tests hold against this). Written here because the library is 1.7 MB, unpacks what it downloads and has no bound on size.
 */
export interface RunArtifacts {
  /** `files` by name; text. Names are ours alone. */
  upload(name: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Names of all artifacts of this run so far. */
  list(): Promise<readonly string[]>;
  /** Short-lived address of an artifact's zip. */
  url(name: string): Promise<string>;
}

const service = 'twirp/github.actions.results.api.v1.ArtifactService';
const attempts = 3;
const socketTimeoutMs = 20_000;
const retentionVersion = 7;

const claimsSchema = z.object({ scp: z.string() });
const createdSchema = z.object({ ok: z.boolean(), signed_upload_url: z.string() });
const finalizedSchema = z.object({ ok: z.boolean() });
const listedSchema = z.object({ artifacts: z.array(z.object({ workflow_run_backend_id: z.string(), workflow_job_run_backend_id: z.string(), name: z.string() })).default([]) });
const signedSchema = z.object({ signed_url: z.string() });

const fault = (message: string, cause?: unknown): UserError =>
  new UserError('artifact', message, { exitCode: 3, cause, fix: 'The report is in the job summary and its files are where the output `report-json` says; actions/upload-artifact can take them from there.' });

interface Backend { readonly workflow_run_backend_id: string; readonly workflow_job_run_backend_id: string }

/** The run's and the job's ids stand in the token's claims as `Actions.Results:<run>:<job>`. */
function backendOf(token: string): Backend {
  try {
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
    const [, run, job] = claims.scp.split(' ').map((scope) => scope.split(':')).find(([name]) => name === 'Actions.Results') ?? [];
    if (run !== undefined && job !== undefined) return { workflow_run_backend_id: run, workflow_job_run_backend_id: job };
  } catch (error) {
    throw fault('The runner\'s token for artifacts cannot be read.', error);
  }
  throw fault('The runner\'s token does not cover artifacts.');
}

/** Server errors, 429 and broken connections are tried again; the rest is final. */
async function retried(call: () => Promise<HttpClientResponse>, pauseMs: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    let problem: string;
    try {
      const response = await call();
      const status = response.message.statusCode ?? 0;
      const body = await response.readBody();
      if (status >= 200 && status < 300) return body;
      problem = `it answered ${status} ${body.slice(0, 200)}`;
      if (status < 500 && status !== 429) throw fault(`GitHub's artifact service refused: ${problem}`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      problem = error instanceof Error ? error.message : String(error);
    }
    if (attempt === attempts) throw fault(`GitHub's artifact service failed ${attempts} times: ${problem}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
  }
}

/** Undefined where the runner offers no artifact service (act, some GitHub Enterprise Servers). */
export function createRunArtifacts(env: Readonly<Record<string, string | undefined>>, pauseMs = 1000): RunArtifacts | undefined {
  const { ACTIONS_RUNTIME_TOKEN: token = '', ACTIONS_RESULTS_URL: resultsUrl = '', GITHUB_SERVER_URL: serverUrl = 'https://github.com' } = env;
  if (token === '' || resultsUrl === '' || !/(^github\.com|\.ghe\.com|\.localhost)$/i.test(new URL(serverUrl).hostname)) return undefined;
  const http = new HttpClient('noregret', [], { socketTimeout: socketTimeoutMs });
  const call = async <T>(method: string, schema: z.ZodType<T>, body: object): Promise<T> => {
    const url = new URL(`/${service}/${method}`, resultsUrl).href;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = schema.safeParse(JSON.parse(await retried(() => http.post(url, JSON.stringify(body), headers), pauseMs)));
    if (!answer.success) throw fault(`GitHub's artifact service gave an answer to ${method} that is not understood.`, answer.error);
    return answer.data;
  };
  const list = async (filter: object = {}): Promise<z.infer<typeof listedSchema>['artifacts']> => (await call('ListArtifacts', listedSchema, { ...backendOf(token), ...filter })).artifacts;
  return {
    list: async () => (await list()).map(({ name }) => name),
    url: async (name) => {
      const [found] = await list({ name_filter: name });
      if (found === undefined) throw fault(`The run has no artifact ${name}.`);
      return (await call('GetSignedArtifactURL', signedSchema, { ...found, name })).signed_url;
    },
    upload: async (name, files) => {
      const zip = Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)]))));
      const { ok, signed_upload_url: target } = await call('CreateArtifact', createdSchema, { ...backendOf(token), name, version: retentionVersion, mime_type: 'application/zip' });
      if (!ok) throw fault(`GitHub's artifact service did not take the artifact ${name}.`);
      const headers = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-12-02', 'content-type': 'application/zip', 'content-length': zip.length };
      await retried(() => http.sendStream('PUT', target, Readable.from([zip], { objectMode: false }), headers), pauseMs);
      const hash = `sha256:${createHash('sha256').update(zip).digest('hex')}`;
      await call('FinalizeArtifact', finalizedSchema, { ...backendOf(token), name, size: String(zip.length), hash });
    },
  };
}

/** At most `limitBytes`, whatever the server says its length is: the rest is never read. */
export async function download(url: string, limitBytes: number): Promise<Uint8Array> {
  const http = new HttpClient('noregret', [], { socketTimeout: socketTimeoutMs });
  const { message } = await http.get(url).catch((error: unknown) => {
    throw fault('The report\'s artifact could not be downloaded.', error);
  });
  const headers: IncomingHttpHeaders = message.headers;
  if (message.statusCode !== 200) throw fault(`The report's artifact could not be downloaded: the storage answered ${message.statusCode ?? 'nothing'}.`);
  const tooLarge = (): UserError => fault(`The report's artifact is larger than ${limitBytes} bytes; it was not read.`);
  if (Number(headers['content-length'] ?? 0) > limitBytes) {
    message.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      message.destroy();
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
