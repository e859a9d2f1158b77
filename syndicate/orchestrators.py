"""What an orchestrator puts into our environment under a name that begins like our settings.

Kubernetes tells every pod of each service of its namespace. Of one that is called `syndicate`, or
`syndicate-web`, these are variables such as `SYNDICATE_PORT=tcp://10.0.0.1:80`,
`SYNDICATE_WEB_SERVICE_HOST` and `SYNDICATE_PORT_80_TCP_ADDR`. Nobody meant a setting by them.

Source: https://kubernetes.io/docs/tutorials/services/connect-applications-service (environment
variables); https://docs.docker.com/engine/network/links (environment variables).
"""

import re
from collections.abc import Mapping

_OF_A_SERVICE = re.compile(
    r"_(?:SERVICE_HOST|SERVICE_PORT|PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)\Z",
    re.ASCII,
)
_NAMED_PORT = "_SERVICE_PORT_"
# A name of ours may be theirs too: the value tells, for a port of ours is a number.
_ADDRESS = re.compile(r"(?:tcp|udp|sctp)://\S+", re.ASCII)


def without(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables but for those that tell of a service."""
    return {name: said for name, said in variables.items() if not _tells(name, said)}


def _tells(name: str, said: str) -> bool:
    if _NAMED_PORT in name or _OF_A_SERVICE.search(name):
        return True
    return name.endswith("_PORT") and _ADDRESS.fullmatch(said) is not None
