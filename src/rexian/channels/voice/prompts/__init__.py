"""Prompts: what callers hear, as a file and as a caption. Own file, else text-to-speech, else the shipped sounds."""

from rexian.channels.voice.prompts.own import OwnFiles
from rexian.channels.voice.prompts.prompts import Prompts, Spoken
from rexian.channels.voice.prompts.voices import voice_of
from rexian.kit.database import Database
from rexian.kit.settings import Settings

__all__ = ["OwnFiles", "Prompts", "Spoken", "make", "voice_of"]


def make(db: Database, settings: Settings) -> Prompts:
    """The prompts of this installation."""
    files = OwnFiles(db, settings.prompts)
    return Prompts(settings.prompts, voice_of(settings), files.path, files.forget)
