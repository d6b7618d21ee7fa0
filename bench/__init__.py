"""`make bench`: measurements of the portal beside a bare JupyterHub.

Each measuring module starts a copy of its own, measures one thing and yields rows (report.py).
"""
