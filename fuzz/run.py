"""One target under Atheris, in this process: ``python -m fuzz.run TARGET [libFuzzer's options] FOLDER …``.

Ours is instrumented for coverage; libFuzzer ends the process when it is done, or at the first finding.
"""

import sys

import atheris

with atheris.instrument_imports(include=["dateline"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz."""
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name].attack)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
