import type * as tfc from '@tensorflow/tfjs-core';

export type Core = typeof tfc;
/** What both backends offer; `wasm` and `cpu` classes are not part of tfjs's public types. */
type Backend = Pick<tfc.KernelBackend, 'readSync' | 'write' | 'disposeData' | 'incRef'>;
type ConvAttrs = { readonly strides: number | [number, number]; readonly pad: 'valid' | 'same' | number; readonly dataFormat: 'NHWC' | 'NCHW'; readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'; readonly filterShape: [number, number, number, number] };

/**
 * tfjs's wasm backend can infer but not train everything: Conv2DBackpropFilter, the depthwise backward kernels and
 * UnsortedSegmentSum are among 16 kernels that it lacks. This registers them: the first as matrix products over shifted
 * views of the input, any other one by running the cpu backend's kernel on copies.
 */
export function registerWasmTrainKernels(tf: Core): void {
  const present = new Set(tf.getKernelsForBackend('wasm').map((kernel) => kernel.kernelName));
  const add = (kernelName: string, kernelFunc: tfc.KernelFunc): void => {
    if (present.has(kernelName)) return;
    present.add(kernelName);
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  add('Conv2DBackpropFilter', conv2DBackpropFilter(tf));
  for (const kernel of tf.getKernelsForBackend('cpu')) add(kernel.kernelName, onCpu(tf, kernel.kernelFunc));
}

/** dFilter[i, j] = (rows of x under filter cell (i, j))ᵀ · dy: one matrix product per filter cell. */
function conv2DBackpropFilter(tf: Core): tfc.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as ConvAttrs;
    const x = given(inputs['x']);
    const dy = given(inputs['dy']);
    const conv = tf.backend_util.computeConv2DInfo(x.shape as [number, number, number, number], filterShape, strides, 1, pad, dimRoundingMode, false, tf.backend_util.convertConv2DDataFormat(dataFormat));
    if (conv.dataFormat !== 'channelsLast') throw new Error('the wasm backend trains convolutions in channelsLast order only');
    return tf.tidy(() => {
      const rows = conv.batchSize * conv.outHeight * conv.outWidth;
      const gradient = tf.reshape(borrow(tf, backend, dy), [rows, conv.outChannels]);
      const padded = padTo(tf, borrow(tf, backend, x), conv);
      const cells = range(conv.filterHeight).flatMap((i) => range(conv.filterWidth).map((j) => tf.matMul(tf.reshape(shifted(tf, padded, conv, [i, j]), [rows, conv.inChannels]), gradient, true)));
      return tf.reshape(tf.concat(cells, 0), filterShape);
    });
  };
}

/** A tensor over an input's data that lives as long as the enclosing tidy. */
function borrow(tf: Core, backend: object, info: tfc.TensorInfo): tfc.Tensor {
  (backend as Backend).incRef(info.dataId);
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Zeros around the image: what the padding asks for, and below and right as far as the last filter position reaches. */
function padTo(tf: Core, x: tfc.Tensor, conv: tfc.backend_util.Conv2DInfo): tfc.Tensor {
  const { padInfo: { top, left }, inHeight, inWidth } = conv;
  const bottom = Math.max(0, (conv.outHeight - 1) * conv.strideHeight + conv.filterHeight - inHeight - top);
  const right = Math.max(0, (conv.outWidth - 1) * conv.strideWidth + conv.filterWidth - inWidth - left);
  return top + bottom + left + right === 0 ? x : tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]);
}

/** The pixels that filter cell (i, j) meets, batch x outHeight x outWidth x inChannels. */
function shifted(tf: Core, x: tfc.Tensor, conv: tfc.backend_util.Conv2DInfo, [i, j]: readonly [number, number]): tfc.Tensor {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth } = conv;
  if (strideHeight === 1 && strideWidth === 1) return tf.slice(x, [0, i, j, 0], [batchSize, outHeight, outWidth, inChannels]);
  const end = [batchSize, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1, inChannels];
  return tf.stridedSlice(x, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]);
}

/** Real-valued kernels only: complex and string tensors have no plain copy. */
function onCpu(tf: Core, kernel: tfc.KernelFunc): tfc.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as Backend;
    const cpu = tf.engine().findBackend('cpu') as Backend;
    const copies: object[] = [];
    const copy = (info: tfc.TensorInfo): tfc.TensorInfo => {
      const dataId = cpu.write(wasm.readSync(info.dataId), info.shape, info.dtype);
      copies.push(dataId);
      return { dataId, shape: info.shape, dtype: info.dtype };
    };
    // Some kernels take a list under one name, which tfjs's own type does not say.
    const entries = Object.entries(inputs as Record<string, tfc.TensorInfo | tfc.TensorInfo[] | null | undefined>);
    const cpuInputs = Object.fromEntries(entries.flatMap(([name, info]) => (info == null ? [] : [[name, Array.isArray(info) ? info.map(copy) : copy(info)] as const])));
    const outputs = kernel({ inputs: cpuInputs as tfc.NamedTensorInfoMap, backend: cpu, ...(attrs === undefined ? {} : { attrs }) });
    const moved = (Array.isArray(outputs) ? outputs : [outputs]).map((info) => {
      const dataId = wasm.write(cpu.readSync(info.dataId), info.shape, info.dtype);
      cpu.disposeData(info.dataId, true);
      return { dataId, shape: info.shape, dtype: info.dtype };
    });
    for (const dataId of copies) cpu.disposeData(dataId, true);
    return Array.isArray(outputs) ? moved : given(moved[0]);
  };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('tfjs called a kernel without one of its tensors');
  return value;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
