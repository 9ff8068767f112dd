"""The embedded voice engine: WebRTC in this machine, without a telephone exchange."""
