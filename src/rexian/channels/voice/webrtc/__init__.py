"""The embedded media engine: WebRTC legs in a process of their own, mixed as G.711 at 8,000 Hz.

`engine.EmbeddedEngine` is the port's side in the web server; `process` is the other side. Between them: `frames`.
"""
