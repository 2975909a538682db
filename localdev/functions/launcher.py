"""The first thing that runs in a function's process: mounts what only the function shall see, then AWS's runtime.

``launcher.py HANDLER [new SOCKET MIB [SOURCE TARGET ro|rw]... | join NAMESPACE...]``. Without a handler it only
mounts: whether that works here is its exit code. Runs in the function's interpreter, so it imports nothing of ours
and as little as it can.
"""

import os
import sys

# linux/sched.h, linux/mount.h, linux/fcntl.h and asm-generic/unistd.h
NEW_MOUNTS, NEW_USERS = 0x00020000, 0x10000000
NO_SET_USER_ID, NO_DEVICES, PRIVATE = 2, 4, 1 << 18
READ_ONLY = 1
HERE, EMPTY_PATH, RECURSIVE = -100, 0x1000, 0x8000
CLONE_TREE, CLOSE_ON_EXEC = 1, os.O_CLOEXEC
MOVE_FROM_EMPTY_PATH = 4
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442


class System:
    """What of the C library Python has no names for. Raises OSError, or AttributeError where there is no such thing."""

    def __init__(self) -> None:
        import ctypes

        self._ctypes = ctypes
        self._library = ctypes.CDLL(None, use_errno=True)

    def call(self, name: str, *arguments: "int | bytes | None") -> int:
        done: int = getattr(self._library, name)(*arguments)
        if done < 0:
            code = self._ctypes.get_errno()
            raise OSError(code, f"{name}{arguments}: {os.strerror(code)}")
        return done

    def read_only(self) -> None:
        """All mounts, which are the process's own from then on."""
        attributes = bytes((self._ctypes.c_uint64 * 4)(READ_ONLY, 0, PRIVATE, 0))
        self.call("syscall", MOUNT_SETATTR, HERE, b"/", RECURSIVE, attributes, len(attributes))

    def tree(self, path: str) -> int:
        """What is at a path, and mounted below, to be shown elsewhere."""
        flags = CLONE_TREE | CLOSE_ON_EXEC | RECURSIVE
        return self.call("syscall", OPEN_TREE, HERE, os.fsencode(path), flags)

    def show(self, tree: int, target: str) -> None:
        self.call("syscall", MOVE_MOUNT, tree, b"", HERE, os.fsencode(target), MOVE_FROM_EMPTY_PATH)
        os.close(tree)


def mount(socket: str, size: str, *shown: str) -> None:
    """A /tmp of this size in MiB, and nothing else to write to but what is shown as ``rw``.

    Targets are where there is something already, or in /tmp; those of folders end with a slash.
    The namespaces go to the socket: who holds them can let others join.
    """
    system = System()
    namespaces = ["mnt"]
    user, group = os.geteuid(), os.getegid()
    try:
        system.call("unshare", NEW_MOUNTS)  # only root may; everybody else needs a namespace to be root in
    except PermissionError:
        system.call("unshare", NEW_MOUNTS | NEW_USERS)
        namespaces.insert(0, "user")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            file = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(file, text.encode())
            os.close(file)
    sources, targets, access = shown[::3], shown[1::3], shown[2::3]
    # Copied while they can be written to, so that none has to be made writable that was not.
    trees = {source: system.tree(source) for source, how in zip(sources, access, strict=True) if how == "rw"}
    system.read_only()
    trees.update({source: system.tree(source) for source in sources if source not in trees})
    system.call("mount", b"tmpfs", b"/tmp", b"tmpfs", NO_SET_USER_ID | NO_DEVICES, f"size={size}m,mode=700".encode())
    for source, target in zip(sources, targets, strict=True):
        make_place(system, target)
        system.show(trees[source], target)
    send(int(socket), [os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in namespaces])


def make_place(system: System, target: str) -> None:
    """What ends with a slash is a folder."""
    parts = target.split("/")
    for end in range(2, len(parts)):
        folder = "/".join(parts[:end])
        if not os.access(folder, os.F_OK):
            system.call("mkdir", os.fsencode(folder), 0o755)
    if parts[-1]:
        os.close(os.open(target, os.O_CREAT))


def send(descriptor: int, namespaces: "list[int]") -> None:
    import _socket

    connection = _socket.socket(fileno=descriptor)
    numbers = b"".join(each.to_bytes(4, sys.byteorder) for each in namespaces)
    connection.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])
    connection.close()
    for each in namespaces:
        os.close(each)


def join(*namespaces: str) -> None:
    """Those that an earlier process of the environment has made."""
    system = System()
    for each in namespaces:
        system.call("setns", int(each), 0)
        os.close(int(each))


def main() -> None:
    handler, *how = sys.argv[1:]
    if how:
        work, *given = how
        (join if work == "join" else mount)(*given)
        sys.path_importer_cache.clear()  # what was missing may be there now
    if handler:
        os.chdir(os.environ["LAMBDA_TASK_ROOT"])  # of the mounts, not of those that were there before
        # As "python -m awslambdaric HANDLER" has them.
        sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
        sys.argv = ["awslambdaric", handler]
        from awslambdaric.__main__ import main as run  # type: ignore[import-untyped]

        run(sys.argv)


if __name__ == "__main__":
    main()
