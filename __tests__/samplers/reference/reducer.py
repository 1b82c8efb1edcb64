"""What Talos's own correlation reducer drops on frozen tables of 20 rounds.

Run: pip install "pandas<2.3" scipy && python reducer.py path/to/talos path/to/wrangle > reducer.json
(folders of the sources: Talos itself imports TensorFlow, its reducers do not)
"""
import importlib.util
import json
import os
import random
import sys
import tempfile
import types
import pandas as pd

SPACE = {"opt": ["sgd", "adam", "lion"], "units": [16, 32, 64, 128], "rate": [0.1, 0.01, 0.001]}


def load(path, name, package=None):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if package:
        module.__package__ = package
    spec.loader.exec_module(module)
    return module


class Space:
    removed = None

    def remove_is(self, label, value):
        self.removed = [label, value.item() if hasattr(value, "item") else value]


def main(talos, wrangle):
    stub = types.ModuleType("wrangle")
    stub.col_to_multilabel = load(os.path.join(wrangle, "wrangle/col/col_to_multilabel.py"), "col_to_multilabel").col_to_multilabel
    sys.modules["wrangle"] = stub
    sys.modules["reducers"] = types.ModuleType("reducers")
    sys.modules["reducers"].__path__ = [os.path.join(talos, "talos/reducers")]
    load(os.path.join(talos, "talos/reducers/reduce_utils.py"), "reducers.reduce_utils", "reducers")
    correlation = load(os.path.join(talos, "talos/reducers/correlation.py"), "reducers.correlation", "reducers").correlation
    out = []
    for seed in range(12):
        rng = random.Random(seed)
        rows = []
        for _ in range(20):
            params = {k: rng.choice(v) for k, v in SPACE.items()}
            effect = (0.5 if params["opt"] == "sgd" else 0) + (0.4 if params["rate"] == 0.1 else 0) if seed % 3 else 0
            rows.append({"params": params, "loss": round(effect + rng.gauss(0, 0.3), 4)})
        drops = {}
        for method in ("spearman", "kendall", "pearson"):
            with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as log:
                pd.DataFrame([{"loss": r["loss"], **r["params"]} for r in rows]).to_csv(log, index=False)
            scan = types.SimpleNamespace(_experiment_log=log.name, reduction_window=20, reduction_metric="loss", reduction_threshold=0.2,
                                         minimize_loss=True, _param_dict_keys=list(SPACE), param_object=Space())
            correlation(scan, method)
            os.unlink(log.name)
            drops[method] = scan.param_object.removed
        out.append({"rows": rows, "drops": drops})
    print(json.dumps({"pandas": pd.__version__, "space": SPACE, "tables": out}))


main(*sys.argv[1:])
