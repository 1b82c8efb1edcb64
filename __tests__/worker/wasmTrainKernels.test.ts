import { beforeAll, describe, expect, test } from '@jest/globals';
import { createRequire } from 'node:module';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { registerWasmTrainKernels, type Core } from '../../src/worker/wasmTrainKernels.js';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as Core;
const layers = require('@tensorflow/tfjs-layers') as typeof import('@tensorflow/tfjs-layers');

beforeAll(async () => {
  require('@tensorflow/tfjs-backend-cpu');
  require('@tensorflow/tfjs-backend-wasm');
  expect(await tf.setBackend('wasm')).toBe(true);
  registerWasmTrainKernels(tf);
});

/** Values that no two cells share, on -1 … 1. */
const filled = (shape: number[], phase: number): Tensor => tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 0.7 + phase)), shape);

async function on<T>(backend: string, compute: () => T): Promise<T> {
  await tf.setBackend(backend);
  return compute();
}

const largestDifference = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

describe('the gradient of a convolution by its filter, wasm against cpu', () => {
  const cases: { input: [number, number, number, number]; filter: [number, number, number, number]; strides: number | [number, number]; pad: 'valid' | 'same' | number }[] = [
    { input: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
    { input: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'valid' },
    { input: [2, 9, 7, 2], filter: [3, 2, 2, 5], strides: 2, pad: 'same' },
    { input: [1, 9, 7, 2], filter: [3, 2, 2, 5], strides: 2, pad: 'valid' },
    { input: [3, 10, 11, 1], filter: [5, 3, 1, 2], strides: [3, 2], pad: 'same' },
    { input: [1, 7, 7, 2], filter: [3, 3, 2, 2], strides: 1, pad: 2 },
    { input: [1, 5, 5, 1], filter: [1, 1, 1, 3], strides: 1, pad: 'valid' },
    { input: [1, 8, 8, 1], filter: [2, 2, 1, 1], strides: 3, pad: 'valid' },
  ];
  test.each(cases)('%j', async ({ input, filter, strides, pad }) => {
    const x = () => filled(input, 0.1) as Tensor4D;
    // Weights of the sum differ per output cell, so that a shifted view would show.
    const weightedSum = (w: Tensor): Tensor => {
      const y = tf.conv2d(x(), w as Tensor4D, strides, pad);
      return tf.sum(tf.mul(y, filled(y.shape, 0.4)));
    };
    const gradient = (): number[] => tf.tidy(() => Array.from(tf.grad(weightedSum)(filled(filter, 0.9)).dataSync()));
    const wasm = await on('wasm', gradient);
    const cpu = await on('cpu', gradient);
    expect(Math.max(...cpu.map(Math.abs))).toBeGreaterThan(0.01);
    expect(largestDifference(wasm, cpu)).toBeLessThan(1e-4);
  });
});

describe('whole models that stock wasm cannot train', () => {
  const models: Record<string, () => object[]> = {
    'convolution and pooling': () => [layers.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 2] }), layers.layers.maxPooling2d({ poolSize: 2 }), layers.layers.flatten(), layers.layers.dense({ units: 1 })],
    'depthwise convolution': () => [layers.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, inputShape: [8, 8, 2] }), layers.layers.flatten(), layers.layers.dense({ units: 1 })],
    'separable convolution': () => [layers.layers.separableConv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 2] }), layers.layers.flatten(), layers.layers.dense({ units: 1 })],
    embedding: () => [layers.layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 128 }), layers.layers.flatten(), layers.layers.dense({ units: 1 })],
  };
  test.each(Object.keys(models))('%s gives the losses of cpu and leaves no tensor behind', async (name) => {
    const losses = async (backend: string): Promise<number[]> => {
      expect(await tf.setBackend(backend)).toBe(true);
      const random = Math.random;
      let state = 7;
      Math.random = () => (state = (state * 16807) % 2147483647) / 2147483647;
      tf.engine().startScope();
      try {
        const model = layers.sequential({ layers: models[name]!() as never });
        model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
        const cells = name === 'embedding' ? Array.from({ length: 12 * 128 }, (_, i) => (i * 7) % 10) : Array.from({ length: 12 * 128 }, (_, i) => Math.cos(i));
        const x = tf.tensor(cells, name === 'embedding' ? [12, 128] : [12, 8, 8, 2]);
        const y = tf.tensor2d(Array.from({ length: 12 }, (_, i) => [Math.sin(i)]));
        const { history } = await model.fit(x, y, { epochs: 4, batchSize: 4 });
        return history['loss'] as number[];
      } finally {
        tf.engine().endScope();
        tf.disposeVariables();
        Math.random = random;
      }
    };
    const cpu = await losses('cpu');
    await tf.setBackend('wasm');
    const before = tf.memory().numDataBuffers;
    const wasm = await losses('wasm');
    expect(tf.memory().numDataBuffers).toBe(before);
    expect(wasm.at(-1)).toBeLessThan(wasm[0]!);
    expect(largestDifference(wasm, cpu)).toBeLessThan(1e-4);
  });
});
