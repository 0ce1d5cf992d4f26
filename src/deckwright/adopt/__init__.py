"""What somebody has already, in Anki or in another tool's files → a project."""
