"""Load TensorFlow without the lines its C++ part prints.

`TF_CPP_MIN_LOG_LEVEL` silences TensorFlow once it is loaded. What it prints *while*
loading ignores that variable, so for as long as the import takes, file descriptor 2
points at a temporary file; if the import fails, what was caught is shown.
"""

import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

if "tensorflow" not in sys.modules:
    sys.stderr.flush()
    stderr_copy = os.dup(2)
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException:
            os.dup2(stderr_copy, 2)
            caught.seek(0)
            sys.stderr.write(caught.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(stderr_copy, 2)
            os.close(stderr_copy)
