/**
 * Texts by which programs say that memory ran out: TensorFlow and JAX (XLA), PyTorch on CUDA, ROCm, Apple, Intel and the CPU, cuBLAS and
 * cuDNN, ONNX, CUDA's own error names, Python, NumPy, C++, Java, Node, the kernel and Slurm (tfjs.md §6; the lists of Lightning's and
 * Accelerate's batch-size finders). `CUDNN_STATUS_NOT_SUPPORTED`, which those two count as well, is left out: it has other causes.
 */
export const outOfMemory = new RegExp([
  'RESOURCE_EXHAUSTED', 'ResourceExhausted', 'OOM when allocating', 'Out of memory while trying to allocate',
  'CUDA_ERROR_OUT_OF_MEMORY', 'cudaErrorMemoryAllocation', '(?:CUDA|HIP|XPU|MPS backend)(?: error:)? out of memory', '\\bOutOfMemoryError\\b(?!: (?:CUDA|HIP|XPU|MPS))',
  'CUBLAS_STATUS_ALLOC_FAILED', 'CUDNN_STATUS_ALLOC_FAILED', '[Ff]ailed to allocate', 'DefaultCPUAllocator: (?:not enough|can\'t allocate) memory',
  'Array buffer allocation failed', 'heap out of memory', 'Aborted\\(', 'memory access out of bounds',
  '\\b(?:_?Array)?MemoryError\\b', 'std::bad_alloc', 'Cannot allocate memory', 'oom[-_]kill event', 'OOM Killed',
].join('|'));
