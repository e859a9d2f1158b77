"""How many personalised digests leave per second, next to the two ways that everybody starts with.

    python -m bench.send [--json] [--messages 20000] [--workers 2]

    relay_signed, ed25519, rsa   this program: ledger on, one PostgreSQL, one sink
    inlined_smtplib              inlined once, then EmailMessage and smtplib for each reader
    naive                        template, premailer, EmailMessage and smtplib for each reader

Everything runs on this machine, the sink too; its own limit is printed. A message has about 70 KB.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from bench.ground import Ground, commit_pending, wal_bytes
from syndicate import clock
from syndicate.mail.mime import dkim
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.message import Writer
from syndicate.mail.mime.signers import Key, KeyName, Signers
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from syndicate.render.merge import Content
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.vocabulary.sending import KeyState
from tests.mail.campaign import Plan, start

# Ten readers' digest of 20 stories: about 70 KB on the wire.
SHAPE = {"stories_per_section": 4, "paragraphs": 14}
SAMPLE = 400  # messages in each measurement of one step
BASELINE = 400  # messages of the slow ways; the naive one sends a tenth of them
FOR_EVER = float("inf")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Digests per second.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["relay_signed", "ed25519", "rsa"])
    asked = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
    with folder, Ground(Path(folder.name)) as ground:
        report = measure(ground, asked)
    for name, value in report.items():
        sys.stderr.write(f"{name}: {value}\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(ground: Ground, asked: argparse.Namespace) -> dict[str, Any]:
    """Every figure, as `--json` prints it."""
    keys = key_files(ground.folder)
    ways = [asked.only] if asked.only else ["relay_signed", "ed25519", "rsa"]
    runs = {way: campaign(ground, asked, keys.get(way)) for way in ways}
    first = next(iter(runs.values()))
    report: dict[str, Any] = {
        "per_s": {way: round(run["per_s"], 1) for way, run in runs.items()},
        "cpu_us": steps(ground, first["mailing"], keys),
        "peak_mb_per_worker": round(max(run["peak_mb"] for run in runs.values()), 1),
        "wal_bytes_per_recipient": round(first["wal"] / asked.messages),
        "lost": sum(run["lost"] for run in runs.values()),
        "duplicates": sum(run["duplicates"] for run in runs.values()),
        "messages": asked.messages,
        "workers": asked.workers,
        "message_bytes": first["bytes"],
        "sink_per_s": round(sink_limit(ground, first["mailing"]), 1),
    }
    report["cpu_us"]["worker"] = round(first["cpu_s"] / asked.messages * 1e6, 1)
    if asked.only is None:
        for way in ("inlined_smtplib", "naive"):
            report["per_s"][way] = round(baseline(ground, asked.workers, way), 1)
    return report


def campaign(ground: Ground, asked: argparse.Namespace, key_file: Path | None) -> dict[str, Any]:
    """Send one mailing with all workers."""
    dkim_by = None if key_file is None else KeyName("daily.example", "syndicate")
    plan = Plan(audience=asked.messages, dkim=dkim_by, **SHAPE)  # type: ignore[arg-type]
    mailing_id = start(plan, now=clock.now())
    commit_pending()
    env = dict(ground.env)
    if key_file is not None:
        env |= {"SYNDICATE_DKIM_DOMAIN": "daily.example", "SYNDICATE_DKIM_KEY_FILE": str(key_file)}
    log = ground.sink_folder / "accept.log"
    log.write_bytes(b"")
    before = wal_bytes()
    crew = ground.workers(asked.workers, ["bench.worker", str(mailing_id)], env)
    seconds, said = crew.run()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    ids = {line["message_id"] for line in lines}
    with transaction() as tx:
        counts = ledger.counts(tx, mailing_id)
    return {
        "mailing": mailing_id,
        "per_s": counts.accepted / seconds,
        "wal": wal_bytes() - before,
        "peak_mb": max(each["peak_mb"] for each in said),
        "cpu_s": sum(each["cpu_s"] for each in said),
        "lost": asked.messages - len(ids),
        "duplicates": len(lines) - len(ids),
        "bytes": sum(line["bytes"] for line in lines) // max(1, len(lines)),
    }


def steps(ground: Ground, mailing_id: int, keys: dict[str, Path]) -> dict[str, float]:
    """CPU microseconds a message of each step, alone in this process."""
    content, mailing = content_of(mailing_id)
    dues = [
        DueDelivery(
            number % 500, number, f"reader{number:06}@example.com", number, 2**20 - 1, "en", 0, None
        )
        for number in range(SAMPLE)
    ]

    def write(signer: Signer | None) -> list[Envelope]:
        name = KeyName("daily.example", "s")
        keys = () if signer is None else (Key(name, KeyState.IN_USE, lambda: signer),)
        writer = Writer(mailing, bytes(32), "https://news.daily.example", Signers(keys))
        signed = {**content.headers, "dkim": None if signer is None else name.as_json()}
        made = replace(content, headers=signed)
        return [writer.envelope(due, made) for due in dues]

    write(None)
    before = time.process_time()
    envelopes = write(None)
    merge = time.process_time() - before
    found = {"merge": merge, "smtp": smtp_cpu(ground, envelopes)}
    for way, path in keys.items():
        before = time.process_time()
        write(dkim.load("daily.example", "s", path))
        found[f"sign_{way}"] = time.process_time() - before - merge
    return {name: round(seconds / SAMPLE * 1e6, 1) for name, seconds in found.items()}


def smtp_cpu(ground: Ground, envelopes: list[Envelope]) -> float:
    """CPU seconds of this process to hand envelopes over."""
    before = time.process_time()
    with Session(Relay("127.0.0.1", ground.port), connections=4) as session:
        session.send(envelopes, lambda _result: None, lambda: FOR_EVER)
    return time.process_time() - before


def sink_limit(ground: Ground, mailing_id: int) -> float:
    """Messages a second that the sink takes from one process that only writes them."""
    content, mailing = content_of(mailing_id)
    due = DueDelivery(0, 1, "reader000001@example.com", 1, 2**20 - 1, "en", 0, None)
    one = Writer(mailing, bytes(32), "https://news.daily.example").envelope(due, content)
    whole = Envelope(0, one.mail_from, one.recipient, (b"".join(one.message),))
    count = 4000
    started = time.monotonic()
    smtp_cpu(ground, [whole] * count)
    return count / (time.monotonic() - started)


def content_of(mailing_id: int) -> tuple[Content, Any]:
    """A mailing and its content."""
    with transaction() as tx:
        rows = ledger.content(tx, mailing_id, 1, "en")
        mailing = ledger.find(tx, mailing_id)
    return Content.load(rows), mailing


def baseline(ground: Ground, workers: int, way: str) -> float:
    """Messages a second that one of the slow ways sends, with as many processes as we had."""
    count = BASELINE if way == "inlined_smtplib" else BASELINE // 10
    arguments = ["bench.baselines", way, str(ground.port), str(count)]
    seconds, _ = ground.workers(workers, arguments, ground.env).run()
    return count * workers / seconds


def key_files(folder: Path) -> dict[str, Path]:
    """Fresh keys, as PEM files."""
    made: dict[str, RSAPrivateKey | Ed25519PrivateKey] = {
        "ed25519": Ed25519PrivateKey.generate(),
        "rsa": generate_private_key(public_exponent=65537, key_size=2048),
    }
    paths = {}
    for name, key in made.items():
        paths[name] = folder / f"{name}.pem"
        paths[name].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return paths


if __name__ == "__main__":
    main()
