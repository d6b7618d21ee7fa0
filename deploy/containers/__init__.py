"""Programs and images for the containers of docker-compose.yml only."""
