"""OptunaHub: a class of one of its packages, from GitHub through OptunaHub's own cache, or from a checkout of the registry."""
import difflib
import functools
import inspect
import os

from adapter_common import Refused, Unable


def class_of(text, base, registry):
    """`hub:PACKAGE` or `hub:PACKAGE:CLASS` -> the class; `base` is optuna's own that it must be of."""
    package, _, wanted = text.removeprefix("hub:").partition(":")
    try:
        module = loaded(package, registry)
    except ImportError as error:
        raise lacking(text, error, registry) from error
    named = getattr(module, "__all__", None)
    # Without a list of its own: what the package itself defines.
    found = {name: each for name, each in vars(module).items() if inspect.isclass(each) and (each.__module__.startswith(module.__name__) if named is None else name in named)}
    found = {name: each for name, each in found.items() if issubclass(each, base) and not inspect.isabstract(each)}
    if wanted and wanted not in found:
        raise Refused(f"{package} of OptunaHub has no {wanted}", f"There are {', '.join(found)}." if found else None)
    if not wanted and len(found) != 1:
        raise Refused(f"{package} of OptunaHub holds {len(found) or 'no'} classes that are a {base.__name__}", f"Name one of them: {', '.join(f'hub:{package}:{name}' for name in found)}." if found else "Read its page: it may be a base for others, or a program of its own.")
    return found[wanted] if wanted else next(iter(found.values()))


# Once: a sampler may look for the pruner that its own module brings.
@functools.cache
def loaded(package, registry):
    return fetched(package) if registry is None else local(package, registry)


def lacking(text, error, registry):
    """A package's own dependencies are none of ours: what it lists itself is said."""
    if (error.name or "").startswith("optuna."):
        return Unable(f"{text}: {error}", "It was written for another version of Optuna than is installed.")
    package = text.removeprefix("hub:").partition(":")[0]
    path = None if registry is None else os.path.join(root_of(registry), package, "requirements.txt")
    if path is not None and os.path.exists(path):
        with open(path, encoding="utf-8") as listed:
            needs = " ".join(line.strip() for line in listed if line.strip() and not line.startswith("#"))
        return Unable(f"{text}: {error}", f"It asks for: {needs}.")
    return Unable(f"{text}: {error}", "Install what the requirements.txt of that package lists.")


def fetched(package):
    import git
    import github
    import optunahub

    try:
        return optunahub.load_module(package)
    except (OSError, git.GitError, github.GithubException) as error:
        raise Unable(f"{package} could not be had from OptunaHub: {' '.join(str(error).split())}", "Is that its name? Without a way to GitHub, give a checkout of the registry: `registry: FOLDER` in `method`.") from error


def local(package, registry):
    import optunahub

    root = root_of(registry)
    if not os.path.isfile(os.path.join(root, package, "__init__.py")):
        there = sorted(os.path.relpath(os.path.join(root, kind, name), root) for kind in ("samplers", "pruners") if os.path.isdir(os.path.join(root, kind)) for name in os.listdir(os.path.join(root, kind)))
        near = difflib.get_close_matches(package, there, 3) or [each for each in there if package in each][:3]
        fix = f"Did you mean {' or '.join(near)}?" if near else "It is a checkout of OptunaHub's registry, or the folder `package` in it." if not there else None
        raise Refused(f"the registry {registry} has no {package}", fix)
    # Packages that load others find them in the same place.
    optunahub.load_module = lambda other, **_: optunahub.load_local_module(other, registry_root=root)
    return optunahub.load_local_module(package, registry_root=root)


def root_of(registry):
    inner = os.path.join(registry, "package")
    return os.path.abspath(inner if os.path.isdir(inner) else registry)
