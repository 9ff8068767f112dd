"""Prompts: what callers hear, as a file and as a caption. Own file, else text-to-speech, else the shipped sounds."""

from rexian.channels.voice.prompts.prompts import Prompts, Spoken
from rexian.channels.voice.prompts.voices import voice_of

__all__ = ["Prompts", "Spoken", "voice_of"]
