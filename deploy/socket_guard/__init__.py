"""Filter between the Hub and the container engine: it passes what starting servers needs.

server_limits.py     configured limits of a server: image, network, volume, memory, disk, processors
container_count.py   count of users' containers
homes.py             volumes of homes with a limit of disk space
creation.py          check of a request that creates a container
allowed_requests.py  list of the allowed requests
engine.py            HTTP over the engine's socket
guard.py             the service

Access to the engine's socket equals root on the host. An attacker who takes over the Hub, through a
notebook or a faulty package, can only create servers of the kind that the Hub creates anyway.
"""
