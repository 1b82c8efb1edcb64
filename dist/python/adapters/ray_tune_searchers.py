"""What some of Ray Tune's searchers need besides what all of them do: arguments that are no JSON, a seed of their own, a result in another shape."""
import math

from adapter_common import Refused


class Plain:
    def __init__(self, start):
        self.start = start

    def options(self, options):
        """Arguments of the class, from those of the configuration."""
        return options

    def complete(self, searcher, trial, value, step):
        searcher.on_trial_complete(trial, result={"loss": value, "training_iteration": step})

    def failed(self, searcher, trial):
        searcher.on_trial_complete(trial, error=True)

    def pruned(self, searcher, trial, value, step):
        searcher.on_trial_complete(trial)

    def unblock(self, searcher):
        """It proposes nothing, and no trial is running."""


class Nevergrad(Plain):
    def options(self, options):
        import nevergrad

        # Its own choice by budget and dimensions; Ray has no default.
        name = options.get("optimizer", "NGOpt")
        if name not in nevergrad.optimizers.registry:
            raise Refused(f"nevergrad.optimizers has no {name}", f"There are {len(nevergrad.optimizers.registry)}, such as NGOpt, OnePlusOne, CMA, TwoPointsDE, PSO.")
        given = {"budget": self.start["budget"], "num_workers": self.start["parallel"], **options.get("optimizer_kwargs", {})}
        return {**options, "optimizer": nevergrad.optimizers.registry[name], "optimizer_kwargs": given}


class Ax(Plain):
    def options(self, options):
        return {"random_seed": self.start["seed"], **options}

    def failed(self, searcher, trial):
        # Ray leaves it running within Ax, which would wait for it.
        searcher._ax.log_trial_failure(searcher._live_trial_mapping[trial])
        searcher.on_trial_complete(trial, error=True)

    def pruned(self, searcher, trial, value, step):
        self.failed(searcher, trial)


class Hebo(Plain):
    def options(self, options):
        return {"max_concurrent": self.start["parallel"], **options}


class Bohb(Plain):
    """Its model lives on results with a budget, which Ray's HyperBandForBOHB gives it; here a trial's last step is its budget."""

    def complete(self, searcher, trial, value, step):
        self.pruned(searcher, trial, value, step)

    def pruned(self, searcher, trial, value, step):
        if value is not None:
            searcher.on_trial_result(trial, {"loss": value, "hyperband_info": {"budget": step}})
        searcher.on_trial_complete(trial)


class ZOOpt(Plain):
    def options(self, options):
        return {"budget": self.start["budget"], "parallel_num": self.start["parallel"], **options}

    def failed(self, searcher, trial):
        # It waits for a result of each of its first points: worse than any.
        searcher.on_trial_complete(trial, result={"loss": math.inf})

    def pruned(self, searcher, trial, value, step):
        self.failed(searcher, trial)

    def unblock(self, searcher):
        # It shuts itself until its first points are complete, even where all of them are already.
        if searcher.optimizer.complete_num >= searcher.optimizer._parameter.get_train_size():
            searcher.optimizer.semaphore = 1


SPECIAL = {"NevergradSearch": Nevergrad, "AxSearch": Ax, "HEBOSearch": Hebo, "TuneBOHB": Bohb, "ZOOptSearch": ZOOpt}
