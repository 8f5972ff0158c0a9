"""Import TensorFlow without the lines that its C++ part prints, or say how to get one that loads.

`TF_CPP_MIN_LOG_LEVEL` silences TensorFlow once it is loaded, but not what it prints *while*
loading. So file descriptor 2 points at a temporary file during the import. If the import fails,
the contents of that file are shown.
"""

import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

if "tensorflow" not in sys.modules:
    sys.stderr.flush()
    stderr_copy = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException as error:
            os.dup2(stderr_copy, 2)
            captured.seek(0)
            sys.stderr.write(captured.read().decode(errors="replace"))
            if isinstance(error, ImportError):
                version = "{}.{}".format(*sys.version_info)
                raise ImportError(
                    f"TensorFlow does not load in this Python {version} ({sys.executable}): "
                    f"{error}\n"
                    "To fix it: install Python 3.10 to 3.13, create the environment with the "
                    "README's first command, start JupyterLab from it, and restart the kernel."
                ) from error
            raise
        finally:
            os.dup2(stderr_copy, 2)
            os.close(stderr_copy)
