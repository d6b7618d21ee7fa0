"""`make up`: the whole of Shaparak as processes on this machine, for a trial.

install.py   makes .venv and the proxy from the lock files (nothing but Python's own library)
up.py        installs, then goes on as run.py with what was installed
run.py       the life of one running copy, from the lock on its folder to the last process ended
"""
