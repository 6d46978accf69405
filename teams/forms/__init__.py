"""What is sent about members, their time and their logins. A form checks the shape; the action checks the rules."""
