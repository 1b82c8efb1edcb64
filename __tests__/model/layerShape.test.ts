import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { layerWidths, widthsOf } from '../../src/model/layerShape.js';

interface Case { readonly shape: 'brick' | 'funnel' | 'triangle' | 'slope'; readonly slope?: number; readonly layers: number; readonly width: number; readonly last: number; readonly widths: readonly number[] }
/** Written by reference/shapes.py with Talos 1.4's own function. */
const cases = JSON.parse(readFileSync(new URL('reference/shapes.json', import.meta.url), 'utf8')) as readonly Case[];

test.each(['brick', 'funnel', 'triangle', 'slope'] as const)("%s gives Talos' own widths", (shape) => {
  const own = cases.filter((one) => one.shape === shape);
  expect(own.length).toBeGreaterThan(60);
  expect(own.map((one) => layerWidths(shape, { slope: 0, ...one }))).toEqual(own.map(({ widths }) => widths));
});

test('the formulas by hand', () => {
  const plan = { layers: 4, width: 64, last: 8, slope: 0.5 };
  expect(layerWidths('constant', plan)).toEqual([64, 64, 64, 64]);
  expect(layerWidths('funnel', plan)).toEqual([50, 36, 22, 8]);
  expect(layerWidths('triangle', plan)).toEqual([19, 30, 41, 52]);
  expect(layerWidths('slope', plan)).toEqual([32, 16, 8, 8]);
  expect(layerWidths('funnel', { ...plan, layers: 0 })).toEqual([]);
});

const hidden = { name: 'hidden', path: ['hidden'], most: { layers: 3, width: 128 } };

test('a point gives the widths of its active layers, whatever else it holds', () => {
  expect(widthsOf(hidden, { 'hidden.shape': 'free', 'hidden.layers': 2, 'hidden.width1': 32, 'hidden.width2': 16, 'hidden.width3': 8 })).toEqual([32, 16]);
  expect(widthsOf(hidden, { 'hidden.shape': 'stretch-pants' })).toEqual([128, 128, 128]);
  expect(widthsOf(hidden, { 'hidden.shape': 'brick', 'hidden.layers': 0 })).toEqual([]);
  expect(widthsOf(hidden, { other: 1 })).toBeUndefined();
});
