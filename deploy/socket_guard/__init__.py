"""Stands between the Hub and the container engine, and lets through what starting servers needs.

rules.py    what a server may be made of: image, network, volume, limits, as configured
creation.py whether one request to create a container is such a server
routes.py   which requests there are at all
engine.py   HTTP over the engine's socket
guard.py    the service itself

The engine's socket is as good as root on the host. Whoever takes over the Hub, through a notebook
or a faulty package, gets no further than to users' servers of the kind that the Hub makes anyway.
"""
