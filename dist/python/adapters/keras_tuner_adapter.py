"""Keras Tuner: its oracles random, grid, bayesian and hyperband. Hyperband's epochs are steps: a trial that it promotes is taken up again, not run anew."""
import importlib.util
import json
import math
import os
import tempfile

from adapter_options import made
from adapter_common import WAIT, active, in_space, place, same, serve

ORACLES = {"random": "RandomSearchOracle", "grid": "GridSearchOracle", "bayesian": "BayesianOptimizationOracle", "hyperband": "HyperbandOracle"}


def choose_backend():
    """Keras takes TensorFlow unless told otherwise, whether it is there or not; the oracles need none of it."""
    if "KERAS_BACKEND" in os.environ:
        return
    found = [name for name in ("tensorflow", "torch", "jax") if importlib.util.find_spec(name) is not None]
    if not found:
        raise ImportError("Keras has no backend here (tensorflow, torch or jax)")
    os.environ["KERAS_BACKEND"] = found[0]


def point(params):
    return json.dumps(params, sort_keys=True)


class KerasTuner:
    def __init__(self, start):
        self.space = start["space"]
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        if not importlib.util.find_spec("keras_tuner"):
            raise ImportError("No module named 'keras_tuner'")
        choose_backend()
        import keras_tuner
        from keras_tuner.src.engine import trial

        self.library, self.trials = keras_tuner, trial
        self.halves = start["sampler"] == "hyperband"
        self.resumes = self.halves
        self.is_grid = start["sampler"] == "grid"
        # Values of trials of elsewhere, for a grid: by their parameters.
        self.told = {}
        self.oracle = self.created(start)
        # Where it keeps its own state, which nobody reads: the log is ours.
        self.folder = tempfile.TemporaryDirectory(prefix="keras-tuner-")
        self.oracle._set_project_dir(self.folder.name, "oracle")
        self.oracle.verbose = 0
        # A worker has one trial at a time.
        self.free, self.workers = [], 0
        self.asked, self.numbers, self.waiting = {}, {}, None

    def created(self, start):
        kind = getattr(self.library.oracles, ORACLES[start["sampler"]])
        options = dict(start["options"])
        if self.halves:
            # The first bracket is checked by these before anything is started (src/config/externalSpace.ts).
            options.setdefault("max_epochs", 100)
            options.setdefault("factor", 3)
        else:
            # The budget is ours; a point that breaks a constraint counts for none of it.
            options.setdefault("max_trials", 10**6)
        # Failures in a row are counted by `budget.failures`.
        own = {"objective": self.library.Objective("loss", "min"), "hyperparameters": self.hyperparameters(), "seed": start["seed"], "max_consecutive_failed_trials": 10**9}
        return made(kind, options, kind.__name__, own, hidden=("objective", "hyperparameters"))

    def hyperparameters(self):
        hp = self.library.HyperParameters()
        for name, entry in self.space.items():
            self.add(hp, name, entry, list(entry.get("when", {}).items()))
        return hp

    def add(self, hp, name, entry, conditions):
        if conditions:
            (parent, values), *rest = conditions
            with hp.conditional_scope(parent, [self.inward(parent, value) for value in values]):
                self.add(hp, name, entry, rest)
        elif entry["kind"] == "categorical":
            if all(isinstance(value, bool) for value in entry["choices"]) and len(entry["choices"]) == 2:
                hp.Boolean(name, default=entry["choices"][0])
            else:
                hp.Choice(name, [self.inward(name, value) for value in entry["choices"]])
        else:
            step = entry.get("step", 1 if entry["kind"] == "int" else None)
            sampling = "reverse_log" if entry["distribution"].startswith("reverse_log") else "log" if entry["log"] else "linear"
            make = hp.Int if entry["kind"] == "int" else hp.Float
            make(name, entry["low"], entry["high"], step=None if sampling != "linear" else step, sampling=sampling)

    def inward(self, name, value):
        """Keras Tuner takes choices of one scalar type; others go by their number, without an order."""
        entry = self.space[name]
        if entry["kind"] != "categorical":
            return value
        kinds = {type(each) for each in entry["choices"]}
        if len(kinds) == 1 and kinds <= {int, float, str, bool}:
            return value
        return f"choice {place(entry, value)}"

    def outward(self, name, value):
        entry = self.space[name]
        if entry["kind"] != "categorical":
            return in_space(entry, value)
        return next(choice for choice in entry["choices"] if same(self.inward(name, choice), value))

    def ask(self, number):
        while True:
            found = self.propose(number)
            known = self.told.pop(point(found), None) if self.told and isinstance(found, dict) else None
            if known is None:
                return found
            # A point of the grid that has its value already: the oracle hears of it, and goes on from there.
            self.tell(number, found, "complete", known, [], number, None)

    def propose(self, number):
        states = self.trials.TrialStatus
        worker = self.free.pop() if self.free else f"tuner{self.workers}"
        trial = self.oracle.create_trial(worker)
        if trial.status in (states.STOPPED, states.IDLE):
            self.free.append(worker)
            return None if trial.status == states.STOPPED else WAIT
        if worker == f"tuner{self.workers}":
            self.workers += 1
        values = trial.hyperparameters.values
        self.asked[number] = (trial, worker)
        limit = {"until": values["tuner/epochs"]} if self.halves and values["tuner/epochs"] < self.oracle.max_epochs else {}
        if values.get("tuner/trial_id") is not None and self.halves:
            return {"trial": self.numbers[values["tuner/trial_id"]], **limit}
        params = {}
        for name, entry in self.space.items():
            if active(entry, params):
                params[name] = self.outward(name, values[name])
        return {"params": params, **limit} if limit else params

    def tell(self, ask, params, state, value, steps, number, seconds):
        states = self.trials.TrialStatus
        if ask is None:
            self.learn(params, state, value, number)
            return
        trial, worker = self.asked.pop(ask)
        self.free.append(worker)
        self.numbers[trial.trial_id] = number
        # One that rests has its value at that epoch.
        value = value if value is not None else steps[-1][1] if steps and state == "pruned" else None
        if state in ("complete", "pruned") and value is not None:
            self.oracle.update_trial(trial.trial_id, {"loss": value}, step=int(steps[-1][0]) if steps else 0)
            trial.status = states.COMPLETED
        else:
            trial.status = states.FAILED
        self.oracle.end_trial(trial)

    def learn(self, params, state, value, number):
        """A trial of elsewhere, as one that the oracle had made. Hyperband's brackets have no place for it."""
        if self.halves or state != "complete":
            return
        if self.is_grid:
            # Its combinations follow from the first; one that it did not make would end them.
            self.told[point(params)] = value
            return
        hp = self.hyperparameters()
        hp.values.update({name: self.inward(name, each) for name, each in params.items()})
        trial = self.trials.Trial(hyperparameters=hp, trial_id=f"told{number}", status=self.trials.TrialStatus.RUNNING)
        self.oracle.trials[trial.trial_id] = trial
        self.oracle.start_order.append(trial.trial_id)
        self.oracle.update_trial(trial.trial_id, {"loss": value})
        trial.status, trial.score, trial.best_step = self.trials.TrialStatus.COMPLETED, value, 0
        self.oracle.end_order.append(trial.trial_id)
        self.oracle._record_values(trial)


serve(KerasTuner)
