"""Load TensorFlow without the lines its C++ part prints, or say how to get one that loads.

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
        except BaseException as error:
            os.dup2(stderr_copy, 2)
            caught.seek(0)
            sys.stderr.write(caught.read().decode(errors="replace"))
            if isinstance(error, ImportError):
                version = "{}.{}".format(*sys.version_info)
                raise ImportError(
                    f"TensorFlow does not load in this Python {version} ({sys.executable}): {error}\n"
                    "To mend it: take a Python from 3.10 to 3.13, make the environment with the README's "
                    "first command, open JupyterLab from it, and restart the kernel."
                ) from error
            raise
        finally:
            os.dup2(stderr_copy, 2)
            os.close(stderr_copy)
