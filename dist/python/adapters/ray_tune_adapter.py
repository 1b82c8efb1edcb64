"""Ray Tune: its searchers by class name (BasicVariantGenerator, OptunaSearch, AxSearch, …), asked as its own loop asks them. No cluster is started."""
import importlib
import inspect
import itertools
import math
import pkgutil

import ray_tune_searchers
from adapter_options import check_options, made
from adapter_common import Refused, Unable, WAIT, in_space, one_line, place, same, seed_globally, serve

# Arguments that the study itself gives.
OURS = ("space", "metric", "mode")
# What their constructors call the seed.
SEEDS = ("seed", "random_state_seed", "random_state")
# A searcher that skips what it has seen answers nothing so many times at most.
SKIPS = 1000


def searcher_class(name):
    from ray.tune import search

    folders = [found.name for found in pkgutil.iter_modules(search.__path__) if found.ispkg]
    # OptunaSearch most likely lives in `optuna`: each import of another one costs the time of its library.
    for folder in sorted(folders, key=lambda each: each not in name.lower()):
        kind = getattr(importlib.import_module(f"ray.tune.search.{folder}"), name, None)
        if inspect.isclass(kind):
            return kind
    names = [each for folder in folders for each in importlib.import_module(f"ray.tune.search.{folder}").__all__]
    raise Refused(f"ray.tune.search has no {name}", f"There are BasicVariantGenerator, {', '.join(sorted(names))}.")


class Variants:
    """BasicVariantGenerator as `Tuner.fit` unrolls it: one draw of the whole space after another, or the product of a grid."""

    def __init__(self, space, options, seed):
        from ray.tune.search.basic_variant import BasicVariantGenerator
        from ray.tune.search.variant_generator import generate_variants

        generator = made(BasicVariantGenerator, options, "BasicVariantGenerator", {"random_state": seed})
        self.drawn = (spec["config"] for _ in itertools.count() for _, spec in generate_variants({"config": space}, constant_grid_search=generator._constant_grid_search, random_state=generator._random_state))

    def suggest(self, _):
        return next(self.drawn, "FINISHED")

    def on_trial_complete(self, _, result=None, error=False):
        pass


class RayTune:
    def __init__(self, start):
        self.space = start["space"]
        name, options = start["sampler"], dict(start["options"])
        # It would take a log scale for a plain one, with a warning, and says of a choice only that there is one.
        self.is_plain = name == "BayesOptSearch"
        from ray import tune

        try:
            space = {each: self.domain(tune, each, entry) for each, entry in self.space.items()}
        except ValueError as error:
            # Bounds that are no multiples of their step.
            raise Refused(f"Ray Tune: {error}", "Let `min` and `max` be multiples of `q`.") from error
        self.asked = {}
        self.special = ray_tune_searchers.SPECIAL.get(name, ray_tune_searchers.Plain)(start)
        if name in ("BasicVariantGenerator", "BasicVariant"):
            self.searcher = Variants(space, options, start["seed"])
            return
        self.searcher = self.created(searcher_class(name), name, options, start["seed"])
        try:
            taken = self.searcher.set_search_properties("loss", "min", space)
        except ValueError as error:
            raise Refused(f"{name}: {error}", "Choose another distribution, or another searcher.") from error
        if not taken:
            raise Refused(f"{name} does not take this search space", "Choose another searcher.")

    def created(self, kind, name, options, given):
        names = set(options)
        seed = next((each for each in SEEDS if each in inspect.signature(kind).parameters), None)
        if seed is not None:
            options.setdefault(seed, given)
        check_options(kind, options, name, hidden=OURS)
        try:
            arguments = self.special.options(options)
            # Nevergrad and ZOOpt take no seed, and draw from numpy's; after their imports, which may draw as well.
            seed_globally(given)
            own = {each: value for each, value in arguments.items() if each not in names}
            return made(kind, {each: value for each, value in arguments.items() if each in names}, name, own, hidden=OURS)
        except AssertionError as error:
            # How Ray says that the library behind a searcher is missing.
            raise ImportError(f"{name}: {one_line(error)}") from error

    def domain(self, tune, name, entry):
        if entry["kind"] == "categorical":
            # Lists and maps would be taken for parts of the space: choices go by their number.
            return tune.choice([self.label(name, i) for i in range(len(entry["choices"]))])
        kind, low, high, step = entry["distribution"], entry.get("low"), entry.get("high"), entry.get("step")
        if "normal" in kind:
            return tune.qrandn(entry["mu"], entry["sigma"], entry["q"]) if "q" in entry else tune.randn(entry["mu"], entry["sigma"])
        if kind == "int_uniform":
            return tune.randint(low, high + 1)
        if entry["kind"] == "int":
            return tune.qrandint(low, high, step)
        if entry["log"]:
            return tune.uniform(math.log10(low), math.log10(high)) if self.is_plain else tune.loguniform(low, high)
        return tune.quniform(low, high, step) if step is not None else tune.uniform(low, high)

    def label(self, name, i):
        choice = self.space[name]["choices"][i]
        return choice if isinstance(choice, str) or choice is None or isinstance(choice, (bool, int, float)) else f"choice {i}"

    def ask(self, number):
        for _ in range(SKIPS):
            found = self.searcher.suggest(f"ask{number}")
            if found == "FINISHED":
                return None
            if found is not None:
                self.asked[number] = f"ask{number}"
                return {name: self.outward(name, entry, found[name]) for name, entry in self.space.items()}
            if self.asked:
                return WAIT
            self.special.unblock(self.searcher)
        raise Unable("the searcher proposes nothing any more, though no trial is running and it is not finished", "BayesOptSearch waits for its first random trials, and one of them failed: choose another searcher, or see why trials fail.")

    def outward(self, name, entry, value):
        if entry["kind"] == "categorical":
            return entry["choices"][next(i for i in range(len(entry["choices"])) if same(self.label(name, i), value.item() if hasattr(value, "item") else value))]
        return in_space(entry, 10**value if self.is_plain and entry["log"] else value)

    def inward(self, name, value):
        entry = self.space[name]
        if entry["kind"] == "categorical":
            return self.label(name, place(entry, value))
        return math.log10(value) if self.is_plain and entry["log"] else value

    def tell(self, ask, params, state, value, steps, number, seconds):
        if ask is None:
            self.learn(params, state, value)
            return
        trial = self.asked.pop(ask)
        step = int(steps[-1][0]) if steps else 1
        if state == "complete":
            self.special.complete(self.searcher, trial, value, step)
        elif state == "pruned":
            self.special.pruned(self.searcher, trial, steps[-1][1] if steps else None, step)
        else:
            self.special.failed(self.searcher, trial)

    def learn(self, params, state, value):
        """A trial of elsewhere, where the searcher has a way to hear of one."""
        from ray.tune.search import Searcher

        takes = getattr(type(self.searcher), "add_evaluated_point", None)
        if state != "complete" or takes is None or takes is Searcher.add_evaluated_point:
            return
        self.searcher.add_evaluated_point({name: self.inward(name, each) for name, each in params.items()}, value)


serve(RayTune)
