"""Recordings of calls: sealed on the disk, kept and erased by rule, heard by those who may, each time audited."""
