"""Spotify's basic-pitch, a trained model that hears notes: its files, something to hear, and what a TF Lite runtime makes of it."""

import functools
import subprocess
from pathlib import Path

import numpy as np

from support.command import REPOSITORY

NAME = "spotify/basic-pitch/1"
LITE_NAME = "spotify/lite-model/basic-pitch/1"
JS_NAME = "spotify/tfjs-model/basic-pitch/1"

RATE = 22_050
SAMPLES = 43_844
CHORD = {"A4": 440.0, "C#5": 554.37, "E5": 659.26}
LOWEST = 27.5  # what the first of the 88 notes is tuned to


@functools.cache
def saved_model() -> Path:
    done = subprocess.run([REPOSITORY / "scripts/basic_pitch.sh"], check=True, capture_output=True, text=True)
    return REPOSITORY / done.stdout.strip()


def tflite() -> Path:
    return saved_model().with_name("nmp.tflite")


def tfjs() -> Path:
    return REPOSITORY / "build/node/@spotify/basic-pitch/model"


def chord() -> np.ndarray:
    """Two seconds of three notes: (1, SAMPLES, 1), the same every time."""
    time = np.arange(SAMPLES) / RATE
    sound = sum(np.sin(2 * np.pi * pitch * time) for pitch in CHORD.values()) / 5
    return sound.astype(np.float32).reshape(1, SAMPLES, 1)


def heard(note: np.ndarray) -> set:
    """The names of the notes that sound through the middle of the recording."""
    keys = {round(12 * np.log2(pitch / LOWEST)): name for name, pitch in CHORD.items()}
    loud = np.flatnonzero(note[0, 40:130].mean(axis=0) > 0.4)
    return {keys.get(int(key), int(key)) for key in loud}


def lite_prediction(path: Path, sound: np.ndarray) -> dict:
    """contour, note and onset, by ai-edge-litert."""
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(model_path=str(path)).get_signature_runner("serving_default")
    return run(input_2=sound)
