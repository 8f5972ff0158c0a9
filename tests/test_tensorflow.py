import subprocess
import sys

import pytest


@pytest.mark.parametrize("error", ["ImportError('DLL load failed')", "ModuleNotFoundError('gone')"])
def test_a_tensorflow_that_does_not_load_says_what_to_do(tmp_path, error):
    (tmp_path / "tensorflow.py").write_text(f"import os; os.write(2, b'captured'); raise {error}")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import helpers.data"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = run.stderr.strip().splitlines()
    assert run.returncode == 1 and "captured" in run.stderr and last[-1].startswith("To fix it:")
    assert error.split("'")[1] in last[-2] and sys.executable in last[-2]
