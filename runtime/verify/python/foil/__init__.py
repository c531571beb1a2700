"""A second implementation of the verifier: histories, receipts and proofs, judged from their bytes.

It shares no code with the first one and was written from the formats; `tests/strangers` holds the two to the
same verdict, reason and place on every input. It executes no program.
"""
