"""A module that is loaded when it is used."""

import subprocess
import sys

CODE = """
import sys
from syndicate import late

def is_loaded(name):
    return type(sys.modules[name]).__name__ == "module"

sources = late.load("syndicate.cli.sources", within="syndicate.cli")
steering = "syndicate.collect.steering"
before = is_loaded(steering)
whole = is_loaded("syndicate.store.intake.sources") and is_loaded("syndicate.cli.options")
assert callable(sources.steering.pause)
print(before, whole, is_loaded(steering))
print([each for each in sys.meta_path if type(each).__module__ == "syndicate.late"])
"""


def test_what_a_module_imports_is_loaded_when_it_is_looked_into() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)

    assert (done.stderr, done.stdout) == ("", "False True True\n[]\n")
