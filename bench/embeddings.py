#!/usr/bin/env python3
"""How many texts a second sentence-transformers turns into vectors; the twin of crates/encoder/examples/throughput.rs.

    pip install sentence-transformers torch
    embeddings.py FOLDER [THREADS] [TEXTS]
"""
import sys
import time

import torch
from sentence_transformers import SentenceTransformer

WORDS = ("harbour bell rings at seven when the last ferry leaves with people who live on islands and work in town "
         "every day of a long winter").split()


def text(index):
    return " ".join(WORDS[(index * 7 + place * (index % 5 + 1)) % len(WORDS)] for place in range(50 + index % 21))


def main():
    folder = sys.argv[1]
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    texts = [text(index) for index in range(int(sys.argv[3]) if len(sys.argv) > 3 else 512)]
    torch.set_num_threads(threads)
    begun = time.perf_counter()
    model = SentenceTransformer(folder, device="cpu")
    print(f"loaded in {time.perf_counter() - begun:.2f} s, {threads} threads")
    model.encode(texts[:32])
    for _ in range(3):
        begun, used = time.perf_counter(), time.process_time()
        for start in range(0, len(texts), 32):
            model.encode(texts[start:start + 32], batch_size=32)
        seconds = time.perf_counter() - begun
        print(f"{len(texts) / seconds:.1f} texts/s, {seconds:.2f} s, {time.process_time() - used:.2f} s of CPU time")


if __name__ == "__main__":
    main()
