"""Settings that make the bare `pytest --nbval` enough, from any folder."""


def pytest_configure(config):
    options = config.option
    if not getattr(options, "nbval", False):
        return
    options.nbval_current_env = True  # the kernel is the Python that runs pytest
    options.nbval_sanitize_with = str(config.rootpath / "tests" / "nbval_sanitize.cfg")
    if options.nbval_cell_timeout == 2000:  # nbval's default: half an hour if a kernel dies
        options.nbval_cell_timeout = 300
    if options.numprocesses is None and not options.usepdb and not hasattr(config, "workerinput"):
        # lessons and unit tests side by side, a file at a time (`-n 0`: one after the other)
        options.dist, options.tx = "loadscope", ["popen"] * 2
