"""The processes below one process, by name (Linux)."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """What /proc/PID/stat says (proc(5)). ticks: CPU time in user and kernel mode, clock ticks."""

    pid: int
    parent: int
    name: str
    ticks: int


def process_tree(root: int) -> list[Process]:
    """The process and all that come from it, in the order of their start."""
    processes = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # After the name, which may contain anything: state, parent, group ...
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # it has ended meanwhile
        fields = rest.split()
        pid = int(folder.name)
        processes[pid] = Process(pid, int(fields[1]), name, int(fields[11]) + int(fields[12]))
    pids = {root}
    while more := {pid for pid, each in processes.items() if each.parent in pids} - pids:
        pids |= more
    return [processes[pid] for pid in sorted(pids & processes.keys())]
