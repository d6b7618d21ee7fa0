from accounts.models.issued_hub_username import IssuedHubUsername
from accounts.models.user import HubUsernameIsImmutableError, User

__all__ = ["HubUsernameIsImmutableError", "IssuedHubUsername", "User"]
