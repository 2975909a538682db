"""The first thing that runs in a function's process: mounts what only the function shall see, then AWS's runtime.

``launcher.py HANDLER [SOURCE TARGET]...`` Without a handler it only mounts: whether that works here is its exit code.
Runs in the function's interpreter, so it imports nothing of ours and as little as it can.
"""

import os
import sys

# linux/sched.h and linux/mount.h
NEW_MOUNTS, NEW_USERS = 0x00020000, 0x10000000
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18


def mount(pairs: "list[str]") -> None:
    """Shows sources at targets, to this process and those it starts alone.

    Raises OSError or AttributeError where the system or its administrator does not let us.
    """
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def must(done: int) -> None:
        if done:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    user, group = os.geteuid(), os.getegid()
    if libc.unshare(NEW_MOUNTS):  # only root may; everybody else needs a namespace to be root in
        must(libc.unshare(NEW_MOUNTS | NEW_USERS))
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            file = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(file, text.encode())
            os.close(file)
    must(libc.mount(None, b"/", None, RECURSIVE | PRIVATE, None))
    for source, target in zip(pairs[::2], pairs[1::2], strict=True):
        must(libc.mount(os.fsencode(source), os.fsencode(target), None, BIND | RECURSIVE, None))


def main() -> None:
    handler, *pairs = sys.argv[1:]
    if pairs:
        mount(pairs)
        sys.path_importer_cache.clear()  # what was missing may be there now
    if handler:
        # As "python -m awslambdaric HANDLER" has them.
        sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
        sys.argv = ["awslambdaric", handler]
        from awslambdaric.__main__ import main as run  # type: ignore[import-untyped]

        run(sys.argv)


if __name__ == "__main__":
    main()
