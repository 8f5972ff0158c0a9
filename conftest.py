"""Settings that make the bare `pytest --nbval` enough, from any folder."""


def pytest_configure(config):
    if getattr(config.option, "nbval", False):
        config.option.nbval_current_env = True  # the kernel is the Python that runs pytest
        config.option.nbval_sanitize_with = str(config.rootpath / "tests" / "nbval_sanitize.cfg")
        if (
            config.option.nbval_cell_timeout == 2000
        ):  # nbval's default: half an hour if a kernel dies
            config.option.nbval_cell_timeout = 300
