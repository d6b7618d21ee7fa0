"""Real JupyterHub with simulated servers, so that hundreds start on a small machine."""
