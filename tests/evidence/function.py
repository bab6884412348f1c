"""Cases of the area `function`."""

from dataclasses import replace
from typing import Any

from doctor.evidence import Facts
from doctor.evidence.calls.function_parts import Alias, Role, RoleTrust
from doctor.evidence.environment import Variable
from doctor.evidence.names import Reply
from doctor.evidence.template import Layer, Several, Template
from tests.evidence.build import CONNECTS, Cases, function, names, probe, reach, sandbox

RESOLVED = names(Reply.RESOLVED)
STALE = Alias(name="live", version="7", current=False)
FRESH = Alias(name="test", version="8", current=True)
SLOW = reach(probe(tcp_took=0.2, tls_took=1.0, http_took=0.4))

DEPS = Layer(name="deps", version=3, owner="…9012")
DEPLOYED = {
    "handler": "app.handler",
    "storage": 512,
    "subnets": ("subnet-a", "subnet-b"),
    "groups": ("sg-1",),
    "layers": (DEPS,),
    "variables": (Variable(name="QUEUE", length=5), Variable(name="STAGE", length=4)),
}


def template(**changed: Any) -> Template:
    """What the template says that the function of `DEPLOYED` was deployed with."""
    usual: dict[str, Any] = {
        "file": "template.yaml",
        "logical_id": "Jobs",
        "runtime": "python3.13",
        "handler": "app.handler",
        "memory": 512,
        "timeout": 30,
        "architecture": "x86_64",
        "storage": 512,
        "role": "jobs",
        "variables": ("QUEUE", "STAGE"),
        "literal": ("STAGE",),
        "layers": (DEPS,),
        "subnets": Several(known=("subnet-a", "subnet-b")),
        "groups": Several(known=("sg-1",)),
    }
    return Template(**(usual | changed))


def drifted(written: dict[str, Any] | None = None, **changed: Any) -> tuple[Facts, ...]:
    """The function with what was changed by hand, beside the template with what was changed there."""
    return function(**(DEPLOYED | changed)), template(**(written or {}))


CASES: dict[str, Cases] = {
    "function.configuration-drifted": Cases(
        failing=[
            drifted(memory=1024),
            drifted(timeout=60, handler="app.main", runtime="python3.12"),
            drifted(architecture="arm64"),
            drifted(storage=1024),
            drifted(role=Role(name="other", exists=True, trust=RoleTrust.TRUSTS)),
            drifted(variables=()),
            drifted({"variables": ()}),
            drifted(differing=("STAGE",)),
            drifted(layers=(replace(DEPS, version=4),)),
            drifted(layers=()),
            drifted({"layers": (), "hidden_layers": 0}),
            drifted(subnets=("subnet-a",)),
            drifted({"subnets": Several(known=("subnet-a",))}),
            drifted(groups=("sg-1", "sg-2")),
            drifted({"memory": 128, "assumed": ("memory",)}),
        ],
        passing=[
            drifted(),
            drifted({"optional": ("QUEUE",), "variables": ("STAGE",)}),
            drifted({"role": "", "runtime": "", "handler": "", "memory": None, "variables": None, "layers": None}),
            drifted({"layers": (), "hidden_layers": 1}),
            drifted({"layers": (replace(DEPS, owner=""),)}),
            drifted({"subnets": Several(known=("subnet-a",), more=1), "groups": None}),
        ],
    ),
    "function.concurrency-zero": Cases(
        failing=[(function(reserved=0),)],
        passing=[(function(reserved=1),), (function(),)],
    ),
    "function.environment-too-large": Cases(
        failing=[
            (function(variables_size=4097, variables=(Variable(name="CONFIG", length=4080),)),),
            (function(variables_size=4000),),
        ],
        passing=[(function(variables_size=3000),), (function(),)],
    ),
    "function.not-active": Cases(
        failing=[
            (function(exists=False),),
            (function(state="Failed", state_code="InvalidSubnet"),),
            (function(state="Inactive", state_code="Idle"),),
            (function(state="Pending", state_code="Creating"),),
            (function(update="Failed", update_code="SubnetOutOfIPAddresses"),),
        ],
        passing=[(function(),), (function(update=""),)],
    ),
    "function.timeout-beyond-gateway": Cases(
        failing=[(function(timeout=30, invokers=("API Gateway",)),)],
        passing=[(function(timeout=29, invokers=("API Gateway", "a load balancer")),)],
    ),
    "function.version-stale": Cases(
        failing=[
            (function(aliases=(STALE,)),),
            (function(aliases=(FRESH, STALE)),),
            (function(aliases=(FRESH, STALE), qualifier="live"),),
        ],
        passing=[(function(aliases=(FRESH,)),), (function(aliases=(FRESH, STALE), qualifier="test"),)],
    ),
    "function.memory-small": Cases(
        failing=[
            (sandbox(memory=128, cpu_share=0.07),),
            (sandbox(memory=None, cpu_share=0.05),),
            (function(memory=128),),
        ],
        passing=[
            (function(memory=512),),
            (sandbox(in_function=False), function(memory=512)),  # a laptop that looks from outside
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
            (function(runtime="python3.9"),),
        ],
        passing=[
            (sandbox(runtime="python3.13", today="2026-01-01"),),
            (sandbox(runtime="python3.9", today="2025-12-14"),),
            (function(runtime="python3.13"),),
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
        failing=[
            (RESOLVED, SLOW, sandbox(remaining=3.0)),
            (RESOLVED, SLOW, function(timeout=3)),
            (RESOLVED, SLOW, sandbox(remaining=30.0), function(timeout=3)),
        ],
        passing=[
            (RESOLVED, SLOW, sandbox(remaining=30.0)),
            (RESOLVED, CONNECTS, sandbox(remaining=3.0)),
            (RESOLVED, SLOW, sandbox(remaining=3.0), function(timeout=30)),
        ],
    ),
}
