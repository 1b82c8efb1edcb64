// Writes what the sources say into README.md (between markers) and noregret.schema.json. Run after `npm run build`, which makes lib/.
import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { parse } from 'yaml';
import { workflowText } from '../lib/app/initTemplates.js';
import { defaults } from '../lib/config/defaults.js';
import { jsonSchema } from '../lib/config/jsonSchema.js';
import { keyTable, optionTable, parameterTable } from '../lib/config/keyTable.js';
import { installOf, libraries } from '../lib/external/libraries.js';
import { pruners } from '../lib/pruners/index.js';
import { samplers } from '../lib/samplers/index.js';

const code = (text) => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``);
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const action = parse(readFileSync('action.yml', 'utf8'));

const keyRows = (rows) => markdownTable([['key', 'type', 'default', 'meaning'], ...rows.map((row) => [code(row.key), cell(row.type), code(row.default), cell(row.meaning)])]);
const parts = {
  workflow: `\`\`\`yaml\n# .github/workflows/tuning.yml\n${workflowText({ action: 'your-org/noregret@v1', defaultBranch: 'main', runsOn: ['self-hosted', 'gpu'] }).trimEnd()}\n\`\`\``,
  config: `${keyRows(keyTable())}\n\nA parameter:\n\n${keyRows(parameterTable())}`,
  defaults: markdownTable([['key', 'default', 'why'], ...defaults.map(({ key, value, reason }) => [code(key), code(shown(value)), cell(reason)])]),
  inputs: markdownTable([['input', 'default', 'meaning'], ...Object.entries(action.inputs).map(([name, { default: value, description }]) => [code(name), code(value === undefined ? '' : String(value)), cell(description)])]),
  outputs: markdownTable([['output', 'meaning'], ...Object.entries(action.outputs).map(([name, { description }]) => [code(name), cell(description)])]),
};

const write = (file, texts) => {
  let page = readFileSync(file, 'utf8');
  for (const [name, text] of Object.entries(texts)) {
    const marked = new RegExp(`(<!-- ${name}:start -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
    if (!marked.test(page)) throw new Error(`${file} has no markers for ${name}`);
    page = page.replace(marked, (_, start, end) => `${start}${text}\n${end}`);
  }
  writeFileSync(file, page);
};
write('README.md', parts);
write('docs/early-stopping.md', { pruners: keyRows(optionTable(pruners)) });
write('docs/external-samplers.md', { adapters: markdownTable([['`external:`', 'versions', 'install', 'besides'], ...Object.entries(libraries).map(([name, library]) => [code(name), `${library.from} up to, not including, ${library.below}`, code(installOf({ ...library, more: undefined })), cell(library.more ?? '')])]) });
write('docs/methods.md', { methods: keyRows(optionTable(samplers)) });
writeFileSync('noregret.schema.json', `${JSON.stringify(jsonSchema({ samplers, pruners }), null, 2)}\n`);
