"""Figures of the voice channel for Prometheus."""

from rexian.kit import metrics

OPEN = metrics.gauge("rexian_voice_sockets", "Voice sockets that are open", ["side"])
TURNED_AWAY = metrics.counter("rexian_voice_turned_away_total", "Voice sockets refused: too many from one address")
CALLS = metrics.gauge("rexian_voice_calls", "Calls that the channel looks after")
LEGS = metrics.gauge("rexian_voice_legs", "Legs in the voice engine")
ENGINE_UP = metrics.gauge("rexian_voice_engine_up", "1 when the voice engine is there")
LATE = metrics.gauge("rexian_voice_late_ms", "p99 lateness of the mixer's beat over the last ten seconds, ms")
SETUP = metrics.histogram("rexian_voice_setup_seconds", "From an agent's acceptance to both hearing each other")
JOINED = metrics.histogram("rexian_voice_joined_seconds", "From an agent's line being up to its place in the call")
LOST = metrics.counter("rexian_voice_lines_lost_total", "Lines that were cut, by whose they were", ["side"])
UNRECORDED = metrics.counter("rexian_voice_unrecorded_total", "Recordings that could not be made, or not to their end")
