"""JupyterLab that asks nothing of the outside: the network around it may be closed."""

c = get_config()  # noqa: F821  (given by traitlets)

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
# Shows what is installed; "pypi" would list what the outside offers.
c.LabApp.extension_manager = "readonly"
