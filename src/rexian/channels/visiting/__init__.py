"""What all channels share whose customers come as visitors of a page: who they are, which door, how fast they talk."""
