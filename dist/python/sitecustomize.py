"""Copies what a script gives to wandb.log() into $NOREGRET_WANDB_METRICS as JSON lines, while it runs.

Python loads this file at start because its folder stands first in PYTHONPATH. It changes nothing else: another
sitecustomize further down the path still runs, and an error in here never reaches the script.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys


def _plain(value, depth=0):
    """Numbers, 0-d arrays and tensors as floats, maps of them as maps; anything else is no metric."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if hasattr(value, "items") and depth < 8:
        inner = {str(k): _plain(v, depth + 1) for k, v in value.items()}
        return {k: v for k, v in inner.items() if v is not None} or None
    if hasattr(value, "item") and getattr(value, "size", 1) in (0, 1) or callable(getattr(value, "numel", None)) and value.numel() == 1:
        try:
            return float(value.item())
        except Exception:
            return None
    return None


def _wrap_log(run_class, out):
    log = run_class.log

    def logged(self, data, step=None, *args, **kwargs):
        now = self.step if step is None else step
        result = log(self, data, step, *args, **kwargs)
        try:
            row = _plain(data) or {}
            if row:
                row["_step"] = now
                out.write(json.dumps(row) + "\n")
        except Exception:
            pass
        return result

    run_class.log = logged


class _AfterImport(importlib.abc.MetaPathFinder):
    """Finds wandb's run module as usual, and wraps Run.log once it is loaded."""

    module = "wandb.sdk.wandb_run"

    def find_spec(self, name, path=None, target=None):
        if name != self.module:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            try:
                out = open(os.environ["NOREGRET_WANDB_METRICS"], "a", buffering=1, encoding="utf-8")
                _wrap_log(module.Run, out)
            except Exception:
                pass

        spec.loader.exec_module = exec_module
        return spec


def _run_shadowed():
    """Runs the sitecustomize that this file hides, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))
    rest = [p for p in sys.path if os.path.abspath(p or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if os.environ.get("NOREGRET_WANDB_METRICS"):
    sys.meta_path.insert(0, _AfterImport())
_run_shadowed()
