"""`make bench`: what the portal costs, measured side by side with a bare JupyterHub.

Each module here measures one thing on a copy of its own and yields rows (report.py).
"""
