"""The shell round the engine: inbox, stamp, decide, journal, dispatch; timers, lease, snapshots, recovery, readers."""
