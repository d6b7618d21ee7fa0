"""A real JupyterHub whose servers cost nothing, so that hundreds start on a small machine."""
