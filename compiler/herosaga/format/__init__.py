"""One layout for `.saga` files: tree and comments -> document -> text."""
