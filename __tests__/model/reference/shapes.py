"""Reference for __tests__/model/layerShape.test.ts: what Talos' own network_shape gives.

pip download talos==1.4 --no-deps && unzip talos-1.4*.whl && pip install numpy==2.4.6
python shapes.py talos/model/network_shape.py > shapes.json
The module's import of Talos' error class is all that is stood in for: talos itself needs TensorFlow.
"""
import importlib.util
import json
import sys
import types

for name in ('talos', 'talos.model', 'talos.utils', 'talos.utils.exceptions'):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
sys.modules['talos.utils.exceptions'].TalosParamsError = ValueError
spec = importlib.util.spec_from_file_location('talos.model.network_shape', sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

cases = []
for shape in ('brick', 'funnel', 'triangle', 0.1, 0.25, 1 / 3, 0.5, 0.9):
    for layers in (1, 2, 3, 4, 5, 7, 10):
        for first, last in ((64, 8), (100, 10), (128, 1), (10, 3), (7, 7), (8, 64), (1000, 13), (512, 512), (33, 2)):
            widths = module.network_shape({'hidden_layers': layers, 'shapes': shape, 'first_neuron': first}, last)
            cases.append({'shape': 'slope' if isinstance(shape, float) else shape, **({'slope': shape} if isinstance(shape, float) else {}),
                          'layers': layers, 'width': first, 'last': last, 'widths': [int(width) for width in widths]})
print('[\n' + ',\n'.join(json.dumps(case) for case in cases) + '\n]')
