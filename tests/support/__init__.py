"""What the black-box tests share: the command, servers that behave and servers that do not, models, archives."""
