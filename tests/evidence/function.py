"""Cases of the area `function`."""

from doctor.evidence.names import Reply
from tests.evidence.build import CONNECTS, Cases, names, probe, reach, sandbox

RESOLVED = names(Reply.RESOLVED)
SLOW = reach(probe(tcp_took=0.2, tls_took=1.0, http_took=0.4))

CASES: dict[str, Cases] = {
    "function.memory-small": Cases(
        failing=[(sandbox(memory=128, cpu_share=0.07),), (sandbox(memory=None, cpu_share=0.05),)],
        passing=[
            (sandbox(memory=128, cpu_share=0.9),),  # an emulator grants more
            (sandbox(memory=1769, cpu_share=0.06),),  # our own children were busy
            (sandbox(memory=512, cpu_share=0.28),),
        ],
    ),
    "function.out-of-memory": Cases(
        failing=[(sandbox(memory=128, peak=128),), (sandbox(memory=128, peak=300),), (sandbox(memory=1000, peak=901),)],
        passing=[(sandbox(memory=128, peak=100),)],
    ),
    "function.runtime-deprecated": Cases(
        failing=[
            (sandbox(runtime="python3.9", today="2026-01-01"),),
            (sandbox(runtime="python3.8", today="2024-10-14"),),
        ],
        passing=[
            (sandbox(runtime="python3.13", today="2026-01-01"),),
            (sandbox(runtime="python3.9", today="2025-12-14"),),
        ],
    ),
    "function.temporary-space-full": Cases(
        failing=[
            (sandbox(temporary_error="No space left on device", temporary_free=0),),
            (sandbox(temporary_error="Read-only file system"),),
            (sandbox(temporary_free=1000 * 1024),),
        ],
        passing=[(sandbox(),), (sandbox(in_function=False, temporary_free=1000 * 1024),)],
    ),
    "function.timeout-below-dependencies": Cases(
        failing=[(RESOLVED, SLOW, sandbox(remaining=3.0))],
        passing=[(RESOLVED, SLOW, sandbox(remaining=30.0)), (RESOLVED, CONNECTS, sandbox(remaining=3.0))],
    ),
}
