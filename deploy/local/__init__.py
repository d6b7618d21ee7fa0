"""`make up`: all parts of Shaparak as processes on this machine, for a trial.

install.py   creates .venv and the proxy from the lock files (needs only Python's own library)
up.py        installs, then becomes run.py with the installed packages
run.py       runs one copy, from the lock on its folder until its last process has ended
"""
