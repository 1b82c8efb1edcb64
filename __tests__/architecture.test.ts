import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const src = resolve('src');
const floors: Record<string, number> = {
  math: 0, model: 1,
  config: 2, dialects: 2, samplers: 2, pruners: 2, compare: 2, report: 2,
  platform: 3, runners: 3, executors: 3, stores: 3, publishers: 3, imports: 3, external: 3,
  app: 4, action: 5, cli: 5, worker: 5,
};
/** Rooms that stand on neighbours of their floor (ADR 12): another tool's results are read with codecs that live where they are written or tailed. */
const standsOn: Record<string, readonly string[]> = { imports: ['stores', 'runners'], dialects: ['config'] };
const maxFileLines = 250;
const maxFunctionLines = 40;
const maxParameters = 4;
const dumpingGround = /^(utils?|helpers?|common|misc|shared|manager)$/i;
/** Floors that may touch the machine; time and chance reach the others as arguments. */
const machineGlobals = /^(process|Date|console|setTimeout|setInterval|fetch|globalThis)$/;

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts')).map((f) => join(src, f));
const parsed = files.map((file) => ({ file, name: relative(src, file), source: ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true) }));

const roomOf = (file: string): string => {
  const [first, ...rest] = relative(src, file).split('/');
  return rest.length === 0 ? 'entry' : (first ?? '');
};
const floorOf = (file: string): number => floors[roomOf(file)] ?? 5;

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function importsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] !== undefined && ts.isStringLiteral(node.arguments[0])) found.push(node.arguments[0].text);
  });
  return found;
}

/** What is wrong with one import, or undefined. */
function importFault(file: string, specifier: string): string | undefined {
  const floor = floorOf(file);
  if (!specifier.startsWith('.')) {
    const machine = specifier.startsWith('node:') || specifier.startsWith('@actions/') || specifier.startsWith('@octokit/');
    return machine && (floor < 3 || floor === 4) ? `${specifier} on floor ${floor}` : undefined;
  }
  const target = resolve(dirname(file), specifier.replace(/\.js$/, '.ts'));
  if (floorOf(target) > floor) return `${specifier} climbs from floor ${floor} to ${floorOf(target)}`;
  const sideways = roomOf(target) !== roomOf(file) && floorOf(target) === floor && floor !== 5 && roomOf(target) !== 'platform' && standsOn[roomOf(file)]?.includes(roomOf(target)) !== true;
  return sideways ? `${specifier} goes sideways into ${roomOf(target)}/` : undefined;
}

describe('the house', () => {
  test('every folder has a floor', () => {
    expect(readdirSync(src, { withFileTypes: true }).filter((d) => d.isDirectory() && floors[d.name] === undefined).map((d) => d.name)).toEqual([]);
  });

  test('imports only point down', () => {
    const faults = parsed.flatMap(({ file, name, source }) => importsOf(source).flatMap((s) => importFault(file, s) ?? []).map((fault) => `${name}: ${fault}`));
    expect(faults).toEqual([]);
  });

  test('the machine, time and chance are touched on floors 3 and 5 only', () => {
    const faults: string[] = [];
    for (const { file, name, source } of parsed) {
      const floor = floorOf(file);
      if (floor === 3 || floor === 5 || name.startsWith('report/browser/')) continue;
      walk(source, (node) => {
        if (!ts.isIdentifier(node) || ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return;
        if (ts.isPropertySignature(node.parent) || ts.isPropertyAssignment(node.parent) && node.parent.name === node || ts.isTypeReferenceNode(node.parent)) return;
        if (machineGlobals.test(node.text)) faults.push(`${name}: ${node.text}`);
        if (node.text === 'Math' && ts.isPropertyAccessExpression(node.parent) && node.parent.name.text === 'random') faults.push(`${name}: Math.random`);
      });
    }
    expect(faults).toEqual([]);
  });

  test(`files have at most ${maxFileLines} lines`, () => {
    expect(parsed.filter(({ source }) => source.getLineStarts().length - 1 > maxFileLines).map(({ name, source }) => `${name}: ${source.getLineStarts().length}`)).toEqual([]);
  });

  test(`functions have at most ${maxFunctionLines} lines and ${maxParameters} parameters`, () => {
    const faults: string[] = [];
    for (const { name, source } of parsed) {
      walk(source, (node) => {
        if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
        const line = (at: number): number => source.getLineAndCharacterOfPosition(at).line;
        const lines = line(node.getEnd()) - line(node.getStart()) + 1;
        const label = `${name}:${line(node.getStart()) + 1}`;
        if (lines > maxFunctionLines) faults.push(`${label}: ${lines} lines`);
        if (node.parameters.length > maxParameters) faults.push(`${label}: ${node.parameters.length} parameters`);
      });
    }
    expect(faults).toEqual([]);
  });

  test('nothing is named after a dumping ground', () => {
    const names = files.flatMap((f) => relative(src, f).replace(/\.ts$/, '').split('/'));
    expect(names.filter((n) => dumpingGround.test(n))).toEqual([]);
  });

  test('index.ts of a folder is a map or a list, never logic', () => {
    const faults = parsed.filter(({ file, name }) => name.endsWith('/index.ts') && floorOf(file) < 5).flatMap(({ name, source }) =>
      source.statements.filter((s) => ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s) || ts.isIfStatement(s)).map(() => name));
    expect(faults).toEqual([]);
  });

  test('no registry host and no path of a developer machine is named', () => {
    const roots = ['src', '__tests__', 'scripts', 'docs', 'bench', 'fixtures'];
    const texts = roots.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((d) => d.isFile() && /\.(ts|mjs|md|sh|json|yml|py)$/.test(d.name)).map((d) => join(d.parentPath, d.name)));
    const forbidden = new RegExp(['/wo' + 'rk/(main|shared)', 'registry\\.' + 'npmjs', 'files\\.' + 'pythonhosted'].join('|'));
    expect(texts.filter((file) => forbidden.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
