"""What a test tells a script and what the script tells the test."""

import json
import os
import sys

PARAMS = json.loads(os.environ.get("PARAMS", "{}"))


def result(value):
    """Prints the line that the test reads."""
    print("\nRESULT " + json.dumps(value))
    sys.stdout.flush()
