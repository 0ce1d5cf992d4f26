"""A Markdown file → its sections: its front matter, blocks, tags and headings."""
