"""What the system tests share: hubs, clients that others wrote, and waiting."""
