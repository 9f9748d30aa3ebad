"""Both halves of blind issuance against other people's code: `python -m tests.ballot.cross --runs 10000`.

Our signer against stock PSS verification, and our evaluator in TypeScript against @cloudflare/blindrsa-ts.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from server.domain.ballot.signer import signer_of
from server.domain.ballot.slips import PREFIX_BYTES, SEALED_BYTES
from tests.ballot.evaluator import blinded

PWA = Path(__file__).parents[2] / "pwa"
RUNS_OF_A_KEY = 250
STOCK = padding.PSS(padding.MGF1(SHA384()), salt_length=48)


def rounds_of_signer(runs: int) -> int:
    """So many messages blinded, signed, finalized and verified by the stock library, which raises on a difference."""
    for run in range(runs):
        if run % RUNS_OF_A_KEY == 0:
            key = rsa.generate_private_key(65537, 2048)
            numbers = key.private_numbers()
            signer = signer_of(numbers.p, numbers.q)
            n = numbers.public_numbers.n
        message = secrets.token_bytes(PREFIX_BYTES + SEALED_BYTES)
        hidden = blinded(n, message)
        key.public_key().verify(hidden.finalized(signer.blind_sign(hidden.blinded)), message, STOCK, SHA384())
    return runs


def main() -> int:
    """Exit 1 on the first difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.ballot.cross", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    runs = parser.parse_args().runs
    print(f"{rounds_of_signer(runs)} signatures of ours, each good for the stock verifier", flush=True)
    script = ["npx", "tsx", "tests/domain/ballot-cross.ts", str(runs)]
    return subprocess.run(script, cwd=PWA, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
