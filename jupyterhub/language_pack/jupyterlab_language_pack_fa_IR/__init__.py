"""Persian texts for JupyterLab. JupyterLab finds this package by its entry point."""
