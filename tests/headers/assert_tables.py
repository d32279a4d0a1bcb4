"""The tables of the API in this folder: lines of fields divided by tabs."""
import os


def rows(folder, name):
    with open(os.path.join(folder, name)) as f:
        for line in f:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")
