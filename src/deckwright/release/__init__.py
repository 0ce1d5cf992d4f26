"""A project, and its last release → the next one: how large a step it is, and all that is published with it."""
