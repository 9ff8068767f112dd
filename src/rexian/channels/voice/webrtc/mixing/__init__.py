"""Sound, mixed: G.711 of many legs in, G.711 for each of them out, one beat of 20 ms after the other.

Pure: no sockets, no event loop, time from outside. Only files are read and written, on threads of their own.
"""
