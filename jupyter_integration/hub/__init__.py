"""JupyterHub's REST API in plain Python, without Django or Celery."""
