"""Optuna: every class of optuna.samplers and optuna.pruners by name, and OptunaHub's by `hub:PACKAGE`. Conditions as in a define-by-run objective."""
import inspect
import math

import optuna_hub
from adapter_options import check_options, made
from adapter_common import Refused, active, in_space, place, same, seed_globally, serve


def class_of(home, base, name, registry):
    """A class of optuna.samplers or optuna.pruners, or of OptunaHub."""
    if name.startswith("hub:"):
        return optuna_hub.class_of(name, base, registry)
    usable = {each: kind for each, kind in ((each, getattr(home, each)) for each in home.__all__) if inspect.isclass(kind) and issubclass(kind, base) and not inspect.isabstract(kind)}
    if name not in usable:
        raise Refused(f"{home.__name__} has no {name}{' that can be used by itself' if hasattr(home, name) else ''}", f"There are {', '.join(usable)}.")
    return usable[name]


def created(kind, options, where):
    """`where`: its name, the key of its options, and OptunaHub's registry."""
    name, key, registry = where
    try:
        return made(kind, options, name, key=key)
    except ImportError as error:
        if name.startswith("hub:"):
            raise optuna_hub.lacking(name, error, registry) from error
        raise


def sampler_of(optuna, start, distributions):
    name, options = start["sampler"], dict(start["options"])
    kind = class_of(optuna.samplers, optuna.samplers.BaseSampler, name, start.get("registry"))
    accepted = inspect.signature(kind).parameters
    if "search_space" in accepted and "search_space" not in options:
        if issubclass(kind, optuna.samplers.GridSampler):
            options["search_space"] = grid_of(start["space"])
        # Others find it out themselves where they can, as in an objective that asks for one value after another.
        elif accepted["search_space"].default is inspect.Parameter.empty:
            options["search_space"] = distributions
    # A sampler within a sampler is named like one outside.
    for key, value in options.items():
        if key.endswith("sampler") and isinstance(value, str):
            options[key] = sampler_of(optuna, {**start, "sampler": value, "options": {}}, distributions)
        if key == "samplers" and isinstance(value, list):
            options[key] = [sampler_of(optuna, {**start, "sampler": each, "options": {}}, distributions) for each in value]
        kinds, base = optuna.samplers.nsgaii, f"Base{key.capitalize()}"
        if key in ("crossover", "mutation") and isinstance(value, str) and hasattr(kinds, base):
            options[key] = class_of(kinds, getattr(kinds, base), value, None)()
    if "base_sampler" in accepted and "base_sampler" not in options:
        options["base_sampler"] = optuna.samplers.TPESampler(seed=start["seed"])
    if "seed" in accepted:
        options.setdefault("seed", start["seed"])
    return created(kind, options, (name, "options", start.get("registry")))


def note_of(name, sampler):
    """Optuna's own take a seed, or a sampler that has one."""
    is_seeded = any(each == "seed" or "sampler" in each for each in inspect.signature(type(sampler)).parameters)
    return f"{type(sampler).__name__} takes no seed: the same seed may propose other trials." if name.startswith("hub:") and not is_seeded else None


def pruner_of(optuna, start):
    name, options = start.get("pruner"), dict(start.get("pruner_options", {}))
    if name is None:
        return optuna.pruners.NopPruner()
    kind = class_of(optuna.pruners, optuna.pruners.BasePruner, name, start.get("registry"))
    # A pruner within a pruner is named like one outside.
    if "wrapped_pruner" in inspect.signature(kind).parameters:
        inner = options.pop("wrapped_pruner", None)
        options["wrapped_pruner"] = pruner_of(optuna, {**start, "pruner": inner, "pruner_options": options.pop("wrapped_pruner_options", {})})
    check_options(kind, options, name, "pruner_options")
    # In the metric's own unit, while the study minimises a loss.
    if start["goal"] == "maximize" and ("lower" in options or "upper" in options):
        lower, upper = options.pop("lower", None), options.pop("upper", None)
        options.update({key: -value for key, value in (("lower", upper), ("upper", lower)) if value is not None})
    return created(kind, options, (name, "pruner_options", start.get("registry")))


def grid_of(space):
    return {each: entry["choices"] if entry["kind"] == "categorical" else [in_space(entry, entry["low"] + i * entry["step"]) for i in range(1 + round((entry["high"] - entry["low"]) / entry["step"]))] for each, entry in space.items()}


class Optuna:
    def __init__(self, start):
        import optuna

        self.optuna, self.space = optuna, start["space"]
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.distributions = {name: self.distribution(entry) for name, entry in self.space.items()}
        self.prunes = start.get("pruner") not in (None, "NopPruner")
        # For those of OptunaHub that draw from generators of the whole process.
        seed_globally(start["seed"])
        sampler = sampler_of(optuna, start, self.distributions)
        self.note = note_of(start["sampler"], sampler)
        # HyperbandPruner picks a trial's bracket by the study's name.
        self.study = optuna.create_study(study_name=start["study"], direction="minimize", sampler=sampler, pruner=pruner_of(optuna, start))
        self.asked, self.foreign, self.seen = {}, {}, {}
        self.is_over = False
        # A grid ends its study by itself, from within `optimize`.
        self.study.stop = lambda: setattr(self, "is_over", True)

    def distribution(self, entry):
        kinds = self.optuna.distributions
        if entry["kind"] == "categorical":
            # Optuna takes only scalars as choices: lists and maps go by their number.
            scalar = all(value is None or isinstance(value, (bool, int, float, str)) for value in entry["choices"])
            return kinds.CategoricalDistribution(entry["choices"] if scalar else [f"choice {i}" for i in range(len(entry["choices"]))])
        if entry["kind"] == "int":
            return kinds.IntDistribution(int(entry["low"]), int(entry["high"]), step=int(entry.get("step", 1)))
        return kinds.FloatDistribution(entry["low"], entry["high"], log=entry["log"], step=entry.get("step"))

    def outward(self, name, value):
        entry = self.space[name]
        if entry["kind"] != "categorical":
            return in_space(entry, value)
        return entry["choices"][self.distributions[name].to_internal_repr(value).__int__()]

    def inward(self, name, value):
        entry, distribution = self.space[name], self.distributions[name]
        if entry["kind"] == "categorical":
            return distribution.choices[place(entry, value)]
        return value

    def ask(self, number):
        if self.is_over:
            return None
        trial = self.study.ask()
        params = {}
        for name, entry in self.space.items():
            if active(entry, params):
                params[name] = self.outward(name, trial._suggest(name, self.distributions[name]))
        self.asked[number] = trial
        return params

    def report(self, ask, number, step, value):
        # What an objective does after each epoch. A NaN is a value to Optuna's pruners.
        if ask not in self.asked:
            return False
        if step != int(step):
            raise Refused(f"Optuna's pruners count whole steps, not {step}", "Report whole steps, or use `early_terminate` instead of `pruner`.")
        trial = self.asked[ask]
        self.seen.setdefault(ask, set()).add(int(step))
        trial.report(math.nan if value is None else value, int(step))
        return trial.should_prune()

    def running(self, number, params):
        self.foreign[number] = self.study._storage.create_new_trial(self.study._study_id, template_trial=self.frozen(params, "RUNNING", None, []))

    def tell(self, ask, params, state, value, steps, number, seconds):
        states = self.optuna.trial.TrialState
        known = self.asked.pop(ask, None) if ask is not None else None
        kind = {"complete": states.COMPLETE, "pruned": states.PRUNED}.get(state, states.FAIL)
        if known is not None:
            told = self.seen.pop(ask, set())
            for step, seen in steps:
                if int(step) not in told:
                    known.report(seen, int(step))
            self.study.tell(known, value if kind == states.COMPLETE else None, state=kind)
        elif number in self.foreign:
            trial = self.foreign.pop(number)
            for step, seen in steps:
                self.study._storage.set_trial_intermediate_value(trial, int(step), seen)
            self.study.tell(self.study._storage.get_trial(trial).number, value if kind == states.COMPLETE else None, state=kind)
        else:
            self.study.add_trial(self.frozen(params, kind.name, value if kind == states.COMPLETE else None, steps))

    def frozen(self, params, state, value, steps):
        return self.optuna.trial.create_trial(
            state=self.optuna.trial.TrialState[state], value=value, params={name: self.inward(name, each) for name, each in params.items()},
            distributions={name: self.distributions[name] for name in params}, intermediate_values={int(step): seen for step, seen in steps},
            system_attrs=self.grid_place(params))

    def grid_place(self, params):
        """A grid goes on where it was: Optuna's own mark for a point that was visited."""
        sampler = self.study.sampler
        if not isinstance(sampler, self.optuna.samplers.GridSampler):
            return {}
        names = sampler._param_names
        place = next((i for i, point in enumerate(sampler._all_grids) if all(same(value, self.inward(name, params[name])) for name, value in zip(names, point))), None)
        return {} if place is None else {"search_space": sampler._search_space, "grid_id": place}


serve(Optuna)
