"""Shipped prompt files: one for each stretch of words that the house or the demo says, spoken by espeak-ng.

espeak-ng is a tool at development time only: its output is shipped, nothing of it is linked or installed. The sound is
trimmed, evened out and stored as WAV, mono, 8,000 Hz, G.711 mu-law. `manifest.json` says which file says what.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rexian.channels.voice.prompts.numbers import WORDS
from rexian.channels.voice.prompts.reading import PAUSE, read
from rexian.channels.voice.reception.menus import menu_text
from rexian.directory.demo.city import COMPANIES
from rexian.directory.demo.reception import flow_of
from rexian.kit import wav
from rexian.kit.i18n import LOCALES, catalogue

SOUNDS = Path(__file__).resolve().parents[1] / "src/rexian/channels/voice/prompts/sounds"
VOICES = {"zh-CN": ("cmn-latn-pinyin", 150), "en": ("en-gb", 160)}  # and words a minute
# Characters with several readings that espeak-ng reads wrongly, in pinyin.
READINGS = {"重听": "chong2 ting1", "重新": "chong2 xin1", "还": "hai2", "为您": "wei4 nin2"}


def stretches(locale: str) -> Iterator[tuple[str, str]]:
    """(name of the file, words) of everything that has to be spoken; the same words may come again."""
    for number, word in enumerate(WORDS[locale]):
        yield f"number-{number:02d}", word
    for key, text in catalogue(locale).items():
        if not key.startswith("prompts.") or key.startswith(("prompts.score", "prompts.no_sound")):
            continue
        yield from _parts(key.removeprefix("prompts.").replace(".", "-"), text, locale)
    for company in COMPANIES:
        flow, _ = flow_of(company.key, defaultdict(str), None)
        yield from _parts(f"demo-{company.key}-greeting", flow.greeting.in_(locale), locale)
        for menu in flow.menus:
            yield from _parts(f"demo-{company.key}-{menu.id}", menu_text(menu, locale), locale)
        for code in flow.codes:
            yield from _parts(f"demo-code-{code.id}", code.speech.in_(locale), locale)


def _parts(name: str, text: str, locale: str) -> Iterator[tuple[str, str]]:
    """Placeholders stand for numbers here, labels and keys among them."""
    for hole in ("{n}", "{low}", "{high}", "{number}", "{digit}", "{label}"):
        text = text.replace(hole, "，")
    words = [part for part in read(text, locale) if part != PAUSE and part not in WORDS[locale]]
    for number, part in enumerate(words, start=1):
        yield (f"{name}-{number}" if len(words) > 1 else name), part


def spoken(words: str, locale: str) -> bytes:
    """What espeak-ng says."""
    voice, pace = VOICES[locale]
    for characters, pinyin in READINGS.items() if locale == "zh-CN" else ():
        words = words.replace(characters, f" {pinyin} ")
    command = ["espeak-ng", "-v", voice, "-s", str(pace), "-g", "0", "--stdout", words]
    return subprocess.run(command, check=True, capture_output=True).stdout


def make(locale: str) -> int:
    folder = SOUNDS / locale
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.wav"):
        old.unlink()
    manifest: dict[str, str] = {}
    for name, words in stretches(locale):
        if words not in manifest:
            manifest[words] = f"{name}.wav"
            (folder / manifest[words]).write_bytes(wav.telephone(spoken(words, locale), 30))
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, "utf-8")
    return sum(path.stat().st_size for path in folder.glob("*.wav"))


def beep() -> None:
    """The tone before a recording, which also stands for what has no sound: 0.3 s of 1,000 Hz."""
    import numpy as np

    instants = np.arange(int(0.3 * wav.RATE)) / wav.RATE
    tone = (0.3 * np.sin(2 * np.pi * 1000 * instants)).astype(np.float32)
    (SOUNDS / "beep.wav").write_bytes(wav.wav_of(wav.ulaw(wav.polished(tone, keep_ms=0))))


def main() -> int:
    SOUNDS.mkdir(parents=True, exist_ok=True)
    beep()
    for locale in LOCALES:
        print(f"{locale}: {make(locale):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
