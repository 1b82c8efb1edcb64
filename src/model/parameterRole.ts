import { isPartOf } from './layerShape.js';
import type { Parameter, Role, SearchSpace } from './searchSpace.js';

/** Names as Keras, PyTorch, scikit-learn, Hugging Face and Lightning programs write them; anchored, so that `lr_decay` is none. */
const names: readonly (readonly [Exclude<Role, 'other'>, RegExp])[] = [
  ['learning_rate', /^((initial|init|base|max|peak|head|sgd|adam|adamw|rmsprop)_)?(learning_rate|lr)(_init)?$/],
  ['batch_size', /^((train|training|global|mini)_|per_(device|gpu)_(train_)?)?(mini)?(batch_size|bs|batchsize)$/],
  ['optimizer', /^(optimizer|optimiser|optim|solver)(_(name|type|class))?$/],
  ['architecture', /^(units|neurons|width|depth|filters|channels|(hidden|embed|embedding|model|mlp|ffn)_(units|size|dim|layers|width|depth|channels)|(n|num)_(layers|units|hidden|heads|filters|channels|blocks|hidden_layers|neurons|conv_layers)|hidden|layers|d_model|d_ff|hidden_layer_sizes|first_neuron|hidden_layers|kernel_size)(_?\d+)?$/],
];

/** What a parameter is in a training program: by its `role`, as part of a `shape`, or by its own name without its group's. */
export function roleOf({ name, path, role }: Parameter, { shapes = [] }: SearchSpace): Role {
  if (role !== undefined) return role;
  if (shapes.some((shape) => isPartOf(shape, name))) return 'architecture';
  const own = (path.at(-1) ?? name).split('.').at(-1) ?? name;
  const plain = own.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_').toLowerCase();
  return names.find(([, pattern]) => pattern.test(plain))?.[0] ?? 'other';
}
