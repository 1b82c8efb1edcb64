"""The adapter's side of the protocol (docs/external-samplers.md): one JSON object per line in, one per line out.

serve(create): `create(start)` gets the first request and answers an object with
    ask(number) -> params, or None when there is nothing more to try, WAIT for results of trials that run, or
                   {"params": …, "until": step} and {"trial": number, "until": step} where it lets trials rest
    tell(ask, params, state, value, steps, trial, seconds): ask is None for a trial that it did not propose; value is a loss (lower is better)
    running(trial, params): optional; a trial of elsewhere is under way, and will be told later
    report(ask, trial, step, value) -> whether the trial is to stop; value may be None. Optional, with `prunes = True`
    resumes = True: optional, with answers {"trial": …}
    note: optional, what the report should say
Refused(text, fix) from any of them ends the run with that text, as something that the configuration asks in vain; Unable(text, fix)
as something that this machine or the run so far lacks; any other exception with its traceback.
Parameters that are constant never reach the library: they are put into every answer here.
"""
import importlib.metadata
import json
import os
import random
import re
import sys
import traceback

PROTOCOL = 1
WAIT = {"wait": True}


class Refused(Exception):
    def __init__(self, text, fix=None):
        super().__init__(text)
        self.fix = fix


class Unable(Refused):
    """Nothing is wrong with the configuration."""


def one_line(error):
    return " ".join(str(error).split())


def failed(error, fix=None, unable=False):
    return {"ok": False, "error": error, **({} if fix is None else {"fix": fix}), **({"unable": True} if unable else {})}


def serve(create):
    # What libraries print must not end up among the replies.
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    adapter, install, options, proposes = None, "", {}, False
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "close":
            break
        try:
            if request["op"] == "start":
                if request["protocol"] != PROTOCOL:
                    raise Refused(f"this adapter speaks protocol {PROTOCOL}, not {request['protocol']}")
                install = request["library"]["install"]
                options = {**request["options"], **request.get("pruner_options", {})}
                found, note = checked_version(**request["library"])
                adapter = Translated(request, create)
                notes = " ".join(each for each in (note, getattr(adapter.adapter, "note", None)) if each is not None)
                reply = {"protocol": PROTOCOL, "name": request["library"]["package"], "version": found, "note": notes or None, **adapter.abilities()}
            else:
                reply = adapter.answer(request)
                proposes = proposes or request["op"] == "ask"
            reply = {"ok": True, **{key: value for key, value in reply.items() if value is not None}}
        except ImportError as error:
            reply = failed(f"{type(error).__name__}: {error}", f"Install it for {sys.executable}, or name another `python`: {install}", unable=True)
        except Refused as error:
            reply = failed(str(error), error.fix, isinstance(error, Unable))
        except TypeError as error:
            # A library takes what it is given as it comes, and stumbles over it later.
            if not options or proposes or request["op"] not in ("start", "ask"):
                raise
            traceback.print_exc()
            given = ", ".join(f"{name} = {json.dumps(value)}" for name, value in options.items())
            reply = failed(f"it fails with these options ({given}): TypeError: {one_line(error)}", "Look at `options` in `method`; the traceback is in the log.")
        out.write(json.dumps(reply, allow_nan=False, default=plain) + "\n")


def checked_version(package, pins, install, below, more=None, **library):
    """An older library has another interface than the one that is called here; a newer one may have."""
    try:
        found = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError as error:
        raise ImportError(f"No module named {package!r}") from error
    if release(found) < release(library["from"]):
        raise Unable(f"{package} {found} is too old: this needs {library['from']} or newer", f"Upgrade it for {sys.executable}: {install}")
    if release(found) < release(below):
        return found, None
    return found, f"{package} {found} is newer than what noregret was tested with ({pins[0]}): {install}, should it misbehave."


def seed_globally(seed):
    """For libraries that take no seed and draw from the generators of the whole process."""
    import numpy

    random.seed(seed)
    numpy.random.seed(seed)


def release(version):
    """2.10.1rc1 -> (2, 10, 1)."""
    return tuple(int(part) for part in re.findall(r"\d+", re.match(r"[\d.]*", version)[0]))


def plain(value):
    """Numbers of numpy."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no JSON")


class Translated:
    def __init__(self, start, create):
        self.space = {name: entry for name, entry in start["space"].items() if entry["kind"] != "constant"}
        self.constants = {name: entry for name, entry in start["space"].items() if entry["kind"] == "constant"}
        self.sign = 1 if start["goal"] == "minimize" else -1
        self.adapter = create({**start, "space": self.space})

    def abilities(self):
        return {name: True for name in ("prunes", "resumes") if getattr(self.adapter, name, False)}

    def asked(self, answer):
        if answer is None:
            return {"done": True}
        if answer is WAIT or "trial" in answer:
            return answer
        more = answer if isinstance(answer.get("params"), dict) and "until" in answer else {"params": answer}
        return {**more, "params": {**more["params"], **self.fixed(more["params"])}}

    def answer(self, request):
        if request["op"] == "ask":
            return self.asked(self.adapter.ask(request["ask"]))
        if request["op"] == "report":
            value = request["value"]
            return {"stop": bool(self.adapter.report(request.get("ask"), request["trial"], request["step"], None if value is None else self.sign * value))}
        params = {name: value for name, value in request["params"].items() if name in self.space}
        if request["state"] == "running":
            if hasattr(self.adapter, "running"):
                self.adapter.running(request["trial"], params)
            return {}
        value = request.get("value")
        self.adapter.tell(request.get("ask"), params, request["state"], None if value is None else self.sign * value,
                          [(step, self.sign * seen) for step, seen in request.get("steps", [])], request.get("trial"), request.get("seconds"))
        return {}

    def fixed(self, params):
        return {name: entry["value"] for name, entry in self.constants.items() if active(entry, params)}


def active(entry, params):
    """Every listed parent is there and holds one of the listed values."""
    return all(parent in params and any(same(params[parent], value) for value in values) for parent, values in entry.get("when", {}).items())


def same(a, b):
    """True differs from 1, while 1.0 equals 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def place(entry, value):
    """Where a choice stands among its parameter's choices."""
    return next(i for i, choice in enumerate(entry["choices"]) if same(choice, value))


def in_space(entry, value):
    """A library's number as a value of the space: on its step, within its bounds, whole where it must be."""
    if entry["kind"] == "categorical":
        return value
    if "low" not in entry or "high" not in entry:
        return int(round(value)) if entry["kind"] == "int" else float(value)
    value = float(value)
    step = entry.get("step")
    if step is not None:
        value = round(value / step) * step if entry["kind"] == "int" else float(f"{round(value / step) * step:.15g}")
    value = min(max(value, entry["low"]), entry["high"])
    return int(round(value)) if entry["kind"] == "int" else value
